// Samples at another rate: a windowed sinc in polyphase form (Kaiser, 100 dB), after
// https://ccrma.stanford.edu/~jos/resample/. Its cut-off lies where soxr's does in the Python package: flat to 0.91 of
// the lower Nyquist frequency, silent above it.

const FLAT = 0.913; // of the lower Nyquist frequency
const BETA = 10.06; // Kaiser: 0.1102 (A - 8.7) for A = 100 dB
const HALF_WIDTH = Math.ceil((100 - 7.95) / (2.285 * Math.PI * (1 - FLAT)) / 2); // in samples of the lower rate

export function resample(samples, rate, newRate) {
  if (rate === newRate) return samples;
  const divisor = greatestCommonDivisor(rate, newRate);
  const up = newRate / divisor;
  const down = rate / divisor;
  const kernel = polyphase(up, down);
  const found = new Float32Array(Math.round((samples.length * up) / down));
  for (let index = 0; index < found.length; index += 1) {
    const position = index * down; // in units of 1 / (rate · up)
    const phase = position % up;
    found[index] = convolve(samples, (position - phase) / up, kernel(phase));
  }
  return found;
}

// Returns phase → weights of the samples from centre - reach + 1 to centre + reach; each phase is worked out once.
function polyphase(up, down) {
  const cutoff = (Math.min(1, up / down) * (1 + FLAT)) / 2; // of the old Nyquist frequency
  const reach = Math.ceil(HALF_WIDTH * Math.max(1, down / up));
  const phases = new Map();
  return (phase) => {
    if (!phases.has(phase)) {
      const weights = Float64Array.from({ length: 2 * reach }, (_, tap) => {
        const distance = tap - reach + 1 - phase / up;
        return cutoff * sinc(cutoff * distance) * kaiser(distance / reach);
      });
      const sum = weights.reduce((total, weight) => total + weight, 0);
      phases.set(
        phase,
        weights.map((weight) => weight / sum),
      );
    }
    return phases.get(phase);
  };
}

function convolve(samples, centre, weights) {
  const first = centre - weights.length / 2 + 1;
  const begin = Math.max(0, -first);
  const end = Math.min(weights.length, samples.length - first);
  let sum = 0;
  for (let tap = begin; tap < end; tap += 1) sum += samples[first + tap] * weights[tap];
  return sum;
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x) {
  return Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA);
}

// The modified Bessel function of the first kind, order 0, by its power series.
function bessel(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > 1e-12 * sum; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a, b) {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
