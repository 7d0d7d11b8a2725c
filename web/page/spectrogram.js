// The spectrogram: powers of short frames in decibels, from the loudest down to 70 dB below it.

import { prepare } from "./canvas.js";
import { powers } from "./fft.js";

const RANGE = 70;
// From quiet to loud; the steps of matplotlib's "magma".
const COLOURS = [
  [0, 0, 4],
  [81, 18, 124],
  [183, 55, 121],
  [252, 137, 97],
  [252, 253, 191],
];

export function drawSpectrogram(canvas, samples, rate) {
  const area = prepare(canvas);
  if (area === null) return;
  const size = 2 ** Math.round(Math.log2(0.032 * rate));
  const columns = Math.max(1, Math.min(Math.floor(area.width), Math.ceil(samples.length / (size / 4))));
  const levels = Array.from({ length: columns }, (_, column) =>
    decibels(samples, (column * samples.length) / columns, size),
  );
  const loudest = levels.reduce((peak, level) => Math.max(peak, ...level), -Infinity);
  const bins = size / 2 + 1;
  const image = new ImageData(columns, bins);
  for (let column = 0; column < columns; column += 1) {
    for (let bin = 0; bin < bins; bin += 1) {
      const share = Math.max(0, Math.min(1, 1 + (levels[column][bin] - loudest) / RANGE));
      image.data.set([...mixed(share), 255], 4 * ((bins - 1 - bin) * columns + column));
    }
  }
  paint(area, image);
}

function paint({ context, width, height }, image) {
  const small = new OffscreenCanvas(image.width, image.height);
  small.getContext("2d").putImageData(image, 0, 0);
  context.drawImage(small, 0, 0, width, height);
}

// A frame around a sample, under a Hann window.
function decibels(samples, centre, size) {
  const first = Math.round(centre) - size / 2;
  const frame = Float64Array.from({ length: size }, (_, index) => {
    const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / size);
    return hann * (samples[first + index] ?? 0);
  });
  return powers(frame).map((power) => 10 * Math.log10(power + 1e-12));
}

function mixed(share) {
  const place = share * (COLOURS.length - 1);
  const step = Math.min(COLOURS.length - 2, Math.floor(place));
  return COLOURS[step].map((from, channel) => from + (place - step) * (COLOURS[step + 1][channel] - from));
}
