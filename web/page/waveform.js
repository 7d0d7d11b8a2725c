// The waveform: for each column of pixels the lowest and the highest sample.

import { colour, prepare } from "./canvas.js";

export function drawWaveform(canvas, samples) {
  const area = prepare(canvas);
  if (area === null) return;
  const { context, width, height } = area;
  const columns = Math.floor(width);
  const loudest = samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 1e-9);
  context.fillStyle = colour("wave");
  for (let column = 0; column < columns; column += 1) {
    const begin = Math.floor((column * samples.length) / columns);
    const end = Math.max(begin + 1, Math.floor(((column + 1) * samples.length) / columns));
    let low = 0;
    let high = 0;
    for (let index = begin; index < end && index < samples.length; index += 1) {
      low = Math.min(low, samples[index]);
      high = Math.max(high, samples[index]);
    }
    const top = ((1 - high / loudest) * height) / 2;
    const bottom = ((1 - low / loudest) * height) / 2;
    context.fillRect(column, top, 1, Math.max(1, bottom - top));
  }
}
