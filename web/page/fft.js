// The power spectrum of a real signal, by the radix-2 algorithm of Cooley and Tukey.

// Takes a Float64Array of 2^k samples, and returns the powers of its 2^(k-1) + 1 frequencies, from 0 to half the rate.
export function powers(samples) {
  const size = samples.length;
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  const bits = Math.log2(size);
  for (let index = 0; index < size; index += 1) real[reversed(index, bits)] = samples[index];
  for (let half = 1; half < size; half *= 2) butterflies(real, imaginary, half);
  return Float64Array.from({ length: size / 2 + 1 }, (_, bin) => real[bin] ** 2 + imaginary[bin] ** 2);
}

function butterflies(real, imaginary, half) {
  for (let offset = 0; offset < half; offset += 1) {
    const cosine = Math.cos((Math.PI * offset) / half);
    const sine = -Math.sin((Math.PI * offset) / half);
    for (let a = offset; a < real.length; a += 2 * half) {
      const b = a + half;
      const x = real[b] * cosine - imaginary[b] * sine;
      const y = real[b] * sine + imaginary[b] * cosine;
      real[b] = real[a] - x;
      imaginary[b] = imaginary[a] - y;
      real[a] += x;
      imaginary[a] += y;
    }
  }
}

function reversed(index, bits) {
  let found = 0;
  for (let bit = 0; bit < bits; bit += 1) found |= ((index >> bit) & 1) << (bits - 1 - bit);
  return found;
}
