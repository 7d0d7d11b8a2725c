// An example that is nobody's voice: a buzz through three resonances, as vowels have them, with a melody.

const RATE = 16000;

// Seconds, pitch in Hz at the beginning and the end, loudness, and the first three resonances in Hz: a, e, i, o.
const SYLLABLES = [
  [0.35, 130, 160, 0.5, [700, 1200, 2500]],
  [0.25, 150, 190, 0.6, [480, 1900, 2600]],
  [0.3, 190, 240, 0.9, [290, 2200, 3000]],
  [0.4, 250, 180, 1.0, [700, 1200, 2500]],
  [0.3, 170, 150, 0.7, [450, 850, 2500]],
  [0.45, 150, 110, 0.5, [480, 1900, 2600]],
];
const PAUSE = 0.12;
const TIMES = 2;

// Returns {samples, rate}.
export function makeExample() {
  const parts = [];
  for (let time = 0; time < TIMES; time += 1) {
    for (const syllable of SYLLABLES) parts.push(sung(syllable, 1 + 0.25 * time), new Float32Array(PAUSE * RATE));
  }
  const samples = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return { samples, rate: RATE };
}

function sung([seconds, from, to, loud, resonances], higher) {
  const length = Math.round(seconds * RATE);
  const filters = resonances.map((frequency) => resonator(frequency, 60 + frequency / 20));
  let phase = 0;
  return Float32Array.from({ length }, (_, index) => {
    const share = index / length;
    const pitch = higher * (from + share * (to - from)) * (1 + 0.01 * Math.sin((2 * Math.PI * 5 * index) / RATE));
    phase = (phase + pitch / RATE) % 1;
    const buzz = 1 - 2 * phase;
    const sum = filters.reduce((all, filter, number) => all + filter(buzz) / (number + 1), 0);
    return 0.05 * loud * Math.sin(Math.PI * share) ** 0.5 * sum;
  });
}

// A resonance of two poles: frequency and bandwidth in Hz.
function resonator(frequency, bandwidth) {
  const radius = Math.exp((-Math.PI * bandwidth) / RATE);
  const turn = 2 * radius * Math.cos((2 * Math.PI * frequency) / RATE);
  let [last, before] = [0, 0];
  return (value) => {
    [last, before] = [(1 - radius) * value * 4 + turn * last - radius ** 2 * before, last];
    return last;
  };
}
