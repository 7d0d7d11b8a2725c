// What the model file says of itself, in words: how it was trained, what was measured and how, what it is not for.

import { say } from "./text.js";
import { percent } from "./words.js";

export function showCard(list, card) {
  const { evenvoice } = card.versions;
  const rows = [
    [say("cardEmotions"), card.labels.join(", ")],
    [say("cardTrained"), corpus(card.corpus)],
    [say("cardRecipe"), recipe(card.recipe)],
    ...measured(card.measured),
    [say("cardMeant"), card.intended_use],
    [say("cardMade"), evenvoice ? say("cardMadeWith", { date: card.made, version: evenvoice }) : card.made],
    [say("cardTakes"), say("cardRate", { khz: card.sample_rate / 1000 })],
    ["SHA-256", card.sha256],
  ];
  list.replaceChildren(...rows.flatMap(([term, text]) => [element("dt", term), element("dd", text)]));
}

function corpus(found) {
  if (found === null) return say("cardNotSaid");
  const counts = [
    found.utterances && say("cardRecordings", { count: found.utterances }),
    found.speakers && say("cardSpeakers", { count: found.speakers }),
    found.licence && say("cardLicence", { name: found.licence }),
  ].filter(Boolean);
  const synthetic = found.synthetic ? ` ${say("cardSynthetic")}` : "";
  return `${found.name ?? say("cardUnnamed")}${counts.length ? ` (${counts.join(", ")})` : ""}.${synthetic}`;
}

function recipe({ name, about }) {
  return about ? `${name}: ${about}` : name;
}

// Figures never stand without the protocol that they were measured with.
function measured(studies) {
  if (!studies) return [[say("cardMeasured"), say("cardNothing")]];
  return studies.map(({ study, protocol, promise, ua, wa }) => [
    say("cardMeasuredWith", { protocol }),
    say("cardFigures", { ua: interval(ua), wa: interval(wa), promise: sentence(promise), study }),
  ]);
}

function interval({ estimate, low, high }) {
  return low === null || high === null
    ? percent(estimate)
    : say("cardInterval", { estimate: percent(estimate), low: percent(low), high: percent(high) });
}

function sentence(words) {
  return `${words[0].toUpperCase()}${words.slice(1)}${words.endsWith(".") ? "" : "."}`;
}

function element(tag, text) {
  return Object.assign(document.createElement(tag), { textContent: text });
}
