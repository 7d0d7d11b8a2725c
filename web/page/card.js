// What the model file says of itself, in words: how it was trained, what was measured and how, what it is not for.

import { percent } from "./words.js";

export function showCard(list, card) {
  const rows = [
    ["Emotions", card.labels.join(", ")],
    ["Trained on", corpus(card.corpus)],
    ["Recipe", recipe(card.recipe)],
    ...measured(card.measured),
    ["Meant for", card.intended_use],
    ["Made", `${card.made}${card.versions.evenvoice ? ` with evenvoice ${card.versions.evenvoice}` : ""}`],
    ["Takes", `${card.sample_rate / 1000} kHz, mono`],
    ["SHA-256", card.sha256],
  ];
  list.replaceChildren(...rows.flatMap(([term, text]) => [element("dt", term), element("dd", text)]));
}

function corpus(found) {
  if (found === null) return "Not said.";
  const counts = [
    found.utterances && `${found.utterances} recordings`,
    found.speakers && `${found.speakers} speakers`,
    found.licence && `licence ${found.licence}`,
  ].filter(Boolean);
  const synthetic = found.synthetic ? " It is synthetic speech, so nothing is known of how it does on people." : "";
  return `${found.name ?? "An unnamed corpus"}${counts.length ? ` (${counts.join(", ")})` : ""}.${synthetic}`;
}

function recipe({ name, about }) {
  return about ? `${name}: ${about}` : name;
}

// Figures never stand without the protocol that they were measured with.
function measured(studies) {
  if (!studies)
    return [["Measured", "Nothing: no evaluation of this recipe on this corpus was named when it was exported."]];
  return studies.map(({ study, protocol, promise, ua, wa }) => [
    `Measured: ${protocol}`,
    `UA ${interval(ua)}, WA ${interval(wa)}. ${sentence(promise)} Study: ${study}. ` +
      "It is the recipe that was measured, on recordings like those it was trained on.",
  ]);
}

function interval({ estimate, low, high }) {
  return low === null || high === null
    ? percent(estimate)
    : `${percent(estimate)} (interval ${percent(low)} to ${percent(high)})`;
}

function sentence(words) {
  return `${words[0].toUpperCase()}${words.slice(1)}${words.endsWith(".") ? "" : "."}`;
}

function element(tag, text) {
  return Object.assign(document.createElement(tag), { textContent: text });
}
