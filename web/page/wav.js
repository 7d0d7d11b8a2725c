// WAV files to samples, at the rate they were recorded at: browsers resample what they decode, and 16 kHz speech must
// reach the model untouched. The numbers are libsndfile's: full scale is 1.

import { Problem } from "./problem.js";
import { say } from "./text.js";

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

const READERS = {
  [`${PCM}/8`]: [1, (view, at) => (view.getUint8(at) - 128) / 128],
  [`${PCM}/16`]: [2, (view, at) => view.getInt16(at, true) / 2 ** 15],
  [`${PCM}/24`]: [3, (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23],
  [`${PCM}/32`]: [4, (view, at) => view.getInt32(at, true) / 2 ** 31],
  [`${FLOAT}/32`]: [4, (view, at) => view.getFloat32(at, true)],
  [`${FLOAT}/64`]: [8, (view, at) => view.getFloat64(at, true)],
};

export function isWav(buffer) {
  return name(new DataView(buffer), 0) === "RIFF" && name(new DataView(buffer), 8) === "WAVE";
}

// Returns {samples: Float32Array, rate}, the mean of the channels; null for a coding that is not ours to read (ADPCM).
export function readWav(buffer) {
  const view = new DataView(buffer);
  let format = null;
  for (let at = 12; at + 8 <= view.byteLength;) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (name(view, at) === "fmt " && size >= 16 && start + 16 <= view.byteLength)
      format = readFormat(view, start, size);
    if (name(view, at) === "data") {
      if (format === null) break;
      return readData(view, start, Math.min(size, view.byteLength - start), format);
    }
    at = start + size + (size % 2);
  }
  throw new Problem(say("cutWav"));
}

function readFormat(view, at, size) {
  const coding = view.getUint16(at, true);
  const extensible = coding === EXTENSIBLE && size >= 26 && at + 26 <= view.byteLength;
  return {
    coding: extensible ? view.getUint16(at + 24, true) : coding,
    channels: view.getUint16(at + 2, true),
    rate: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  };
}

function readData(view, start, size, { coding, channels, rate, bits }) {
  const reader = READERS[`${coding}/${bits}`];
  if (!reader) return null;
  if (channels === 0 || rate === 0) throw new Problem(say("badWav"));
  const [bytes, read] = reader;
  const samples = new Float32Array(Math.floor(size / (bytes * channels)));
  for (let index = 0, at = start; index < samples.length; index += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1, at += bytes) sum += read(view, at);
    samples[index] = sum / channels;
  }
  return { samples, rate };
}

function name(view, at) {
  if (at + 4 > view.byteLength) return "";
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}
