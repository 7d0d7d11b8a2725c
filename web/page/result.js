// The result section: summary, bars, pictures and timeline of one recording, drawn again when the page changes size.

import { makeBars } from "./bars.js";
import { ranked } from "./listen.js";
import { drawSpectrogram } from "./spectrogram.js";
import { drawTimeline, fillTimelineLabels, fillTimelineTable } from "./timeline.js";
import { drawWaveform } from "./waveform.js";
import { HOP_SECONDS, WINDOW_SECONDS } from "./windows.js";
import { duration, percent } from "./words.js";

const part = (id) => document.getElementById(id);

export function makeResult(labels) {
  const bars = makeBars(part("scores"), labels);
  let draw = () => {};
  const again = () => draw();
  window.addEventListener("resize", again);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  fillTimelineLabels(part("timeline-labels"), labels);
  part("timeline-rule").textContent =
    `Windows of ${WINDOW_SECONDS} s, one every ${HOP_SECONDS} s. ` +
    "The stronger the colour, the more probable; grey is silence.";

  return {
    // While one records: the latest window, and the sound so far.
    live(scores, samples) {
      open();
      bars(scores);
      summarise(scores, labels, "Now: ");
      part("spectrogram-figure").hidden = true;
      part("timeline-part").hidden = true;
      draw = () => drawWaveform(part("waveform"), samples);
      draw();
    },
    whole({ waveform, rate, seconds, scores, moments }) {
      open();
      bars(scores);
      summarise(scores, labels, moments.length > 1 ? "On the whole: " : "");
      part("spectrogram-figure").hidden = false;
      part("spectrogram-caption").textContent = `Spectrogram, 0 to ${rate / 2000} kHz`;
      part("timeline-part").hidden = moments.length === 1;
      fillTimelineTable(part("timeline-table"), labels, moments);
      describe(labels, seconds, moments);
      draw = () => {
        drawWaveform(part("waveform"), waveform);
        drawSpectrogram(part("spectrogram"), waveform, rate);
        drawTimeline(part("timeline"), labels, moments, seconds);
      };
      draw();
    },
    close() {
      part("result").hidden = true;
    },
  };
}

function open() {
  part("result").hidden = false;
}

function summarise(scores, labels, before) {
  const [best] = scores === null ? [null] : ranked(labels, scores);
  const text = best === null ? "silence" : `most like ${best.label} (${percent(best.score)})`;
  const sentence = before + text;
  part("summary").textContent = `${sentence[0].toUpperCase()}${sentence.slice(1)}`;
}

// What the pictures show, for those who do not see them.
function describe(labels, seconds, moments) {
  part("waveform").ariaLabel = `Waveform of ${duration(seconds)}`;
  part("spectrogram").ariaLabel = `Spectrogram of ${duration(seconds)}`;
  const spoken = moments.map(
    ({ start, scores }) => `${start.toFixed(0)} s ${scores === null ? "silent" : ranked(labels, scores)[0].label}`,
  );
  part("timeline").ariaLabel =
    `Timeline: ${spoken.slice(0, 20).join(", ")}${spoken.length > 20 ? ", …; all of it is in the table" : ""}`;
}
