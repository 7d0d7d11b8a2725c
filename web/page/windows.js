// The rule of windows, as in src/evenvoice/recognizer/windows.py: windows of one length begin at 0, hop, 2·hop, … as
// long as they lie wholly in the recording; if the last does not reach the end, one more ends with the recording; a
// recording shorter than a window is one window.

export const WINDOW_SECONDS = 3;
export const HOP_SECONDS = 1;

export function inSamples(seconds, rate) {
  return Math.round(seconds * rate);
}

export function starts(samples, length, hop) {
  const last = samples - length;
  if (last <= 0) return [0];
  const found = Array.from({ length: Math.floor(last / hop) + 1 }, (_, index) => index * hop);
  if (found.at(-1) !== last) found.push(last);
  return found;
}

export function isSilent(samples) {
  return samples.every((sample) => sample === 0);
}
