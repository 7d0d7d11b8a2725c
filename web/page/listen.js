// What the model predicts for a recording: all at once, as `evenvoice predict` does, and window by window.

import { HOP_SECONDS, WINDOW_SECONDS, inSamples, isSilent, starts } from "./windows.js";

// Returns {waveform, rate, seconds, scores, row, moments}; a moment is {start, end, scores} in seconds, its scores null
// where all is silent. A recording no longer than a window has one moment. `offset` says where the speaker lies.
export async function listen(model, { samples, rate }, offset = null, progress = () => {}) {
  const waveform = await model.resample(samples, rate);
  const { scores, row } = await model.run(waveform, offset);
  const length = inSamples(WINDOW_SECONDS, model.rate);
  const all = starts(waveform.length, length, inSamples(HOP_SECONDS, model.rate));
  const moments = [];
  for (const start of all) {
    const part = waveform.slice(start, start + length);
    moments.push({
      start: start / model.rate,
      end: (start + part.length) / model.rate,
      scores: all.length === 1 ? scores : isSilent(part) ? null : (await model.run(part, offset)).scores,
    });
    progress(moments.length / all.length);
  }
  return { waveform, rate: model.rate, seconds: waveform.length / model.rate, scores, row, moments };
}

// Returns labels with their scores, best first.
export function ranked(labels, scores) {
  return labels.map((label, index) => ({ label, score: scores[index], index })).sort((a, b) => b.score - a.score);
}
