// The result section: summary, bars, player, pictures and timeline of one recording, drawn again when the page changes.

import { fillAxis } from "./axis.js";
import { makeBars } from "./bars.js";
import { ranked } from "./listen.js";
import { makePlayer } from "./player.js";
import { asCsv, asJson, download } from "./save.js";
import { drawSpectrogram } from "./spectrogram.js";
import { onLanguage, say } from "./text.js";
import { drawTimeline, fillTimelineLabels, fillTimelineTable } from "./timeline.js";
import { drawWaveform } from "./waveform.js";
import { HOP_SECONDS, WINDOW_SECONDS } from "./windows.js";
import { percent, tenths } from "./words.js";

const part = (id) => document.getElementById(id);

export function makeResult(labels, card) {
  const bars = makeBars(part("scores"), labels);
  const player = makePlayer(part("play"), part("position"), part("clock"), part("cursor"));
  let shown = null; // what is there: {name, found, adapted}
  let write = () => {}; // its words
  let draw = () => {}; // its pictures
  const again = () => draw();
  window.addEventListener("resize", again);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  fillTimelineLabels(part("timeline-labels"), labels);
  onLanguage(() => {
    write();
    player.redraw();
  });
  part("save-json").addEventListener("click", () => saveAs("json", asJson, "application/json"));
  part("save-csv").addEventListener("click", () => saveAs("csv", asCsv, "text/csv"));

  function saveAs(ending, format, kind) {
    const { name, found, adapted } = shown;
    download(`${name.replace(/\.[^.]*$/, "")}.${ending}`, format(name, labels, found, card, adapted), kind);
  }

  function open(isWhole) {
    part("result").hidden = false;
    for (const id of ["whole", "cursor", "axis", "save", "spectrogram-figure"]) part(id).hidden = !isWhole;
    if (!isWhole) part("timeline-part").hidden = true;
  }

  return {
    // While one records: the latest window, and the sound so far.
    live(scores, samples, adapted) {
      open(false);
      write = () => {
        bars(scores);
        summarise(scores, labels, "Now", adapted);
      };
      write();
      draw = () => drawWaveform(part("waveform"), samples);
      draw();
    },
    // A whole recording; `adapted` is to how many recordings of the voice.
    whole(name, found, adapted) {
      const { waveform, rate, seconds, scores, moments } = found;
      shown = { name, found, adapted };
      open(true);
      player.load(waveform, rate);
      part("timeline-part").hidden = moments.length === 1;
      write = () => {
        bars(scores);
        fillAxis(part("axis"), seconds);
        fillAxis(part("timeline-axis"), seconds);
        summarise(scores, labels, moments.length > 1 ? "Whole" : "", adapted);
        part("timeline-rule").textContent = say("timelineRule", { window: WINDOW_SECONDS, hop: HOP_SECONDS });
        part("spectrogram-caption").textContent = say("spectrogram", { khz: rate / 2000 });
        fillTimelineTable(part("timeline-table"), labels, moments);
        describe(labels, seconds, moments);
      };
      write();
      draw = () => {
        drawWaveform(part("waveform"), waveform);
        drawSpectrogram(part("spectrogram"), waveform, rate);
        drawTimeline(part("timeline"), labels, moments, seconds);
      };
      draw();
    },
    close() {
      player.stop();
      part("result").hidden = true;
    },
  };
}

// `when` is "", "Now" or "Whole".
function summarise(scores, labels, when, adapted) {
  const [best] = scores === null ? [null] : ranked(labels, scores);
  const text =
    best === null
      ? say(`silence${when}`)
      : say(`best${when}`, { label: best.label, percent: percent(best.score) });
  const known = adapted > 0 ? ` · ${say(adapted === 1 ? "adaptedOne" : "adapted", { count: adapted })}` : "";
  part("summary").textContent = text + known;
}

// What the pictures show, for those who do not see them.
function describe(labels, seconds, moments) {
  part("waveform").ariaLabel = say("waveformOf", { seconds: tenths(seconds) });
  part("spectrogram").ariaLabel = say("spectrogramOf", { seconds: tenths(seconds) });
  const spoken = moments
    .map(({ start, scores }) => `${start.toFixed(0)} s ${scores === null ? say("silent") : ranked(labels, scores)[0].label}`)
    .slice(0, 20)
    .join(", ");
  const listed = moments.length > 20 ? say("timelineMore", { moments: spoken }) : spoken;
  part("timeline").ariaLabel = say("timelineOf", { moments: listed });
}
