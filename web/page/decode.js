// A file to samples, or a sentence that says why not.

import { Problem } from "./problem.js";
import { isWav, readWav } from "./wav.js";

export const LONGEST_SECONDS = 600;
const LARGEST_BYTES = 200e6;
const LOUDEST = 1e9; // full scale is 1

// Returns {samples: Float32Array, rate}. What is no plain WAV is decoded, and resampled to `rate`, by the browser.
export async function decodeFile(file, rate) {
  if (file.size === 0) throw new Problem("This file is empty (0 bytes). Record or download it again.");
  if (file.size > LARGEST_BYTES) {
    throw new Problem(
      `This file has ${Math.round(file.size / 1e6)} MB; at most ${LARGEST_BYTES / 1e6} MB can be read here. ` +
        "Choose a shorter part.",
    );
  }
  const buffer = await readBytes(file);
  const found = (isWav(buffer) && readWav(buffer)) || (await decodeByBrowser(buffer, rate));
  check(found);
  return found;
}

// Throws the Problem of samples that cannot be used, as the Python package does.
export function check({ samples, rate }) {
  if (samples.length === 0) throw new Problem("There are no samples in this recording. Record it again.");
  if (samples.length > LONGEST_SECONDS * rate) {
    throw new Problem(
      `This recording lasts ${Math.round(samples.length / rate)} s; at most ${LONGEST_SECONDS} s can be analysed here. ` +
        "Choose a shorter part.",
    );
  }
  let peak = 0;
  for (const sample of samples) {
    if (!Number.isFinite(sample))
      throw new Problem("This recording holds samples that are not numbers. Record or download it again.");
    peak = Math.max(peak, Math.abs(sample));
  }
  if (peak > LOUDEST)
    throw new Problem("This recording is far above full scale, so it is damaged. Record or download it again.");
  if (peak === 0)
    throw new Problem("This recording is silent: every sample is zero. Check the microphone and record again.");
}

async function readBytes(file) {
  try {
    return await file.arrayBuffer();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new Problem("This file cannot be read. Is it a folder, or has it moved? Choose it again.");
  }
}

async function decodeByBrowser(buffer, rate) {
  let audio;
  try {
    audio = await new OfflineAudioContext(1, 1, rate).decodeAudioData(buffer);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new Problem("This is not a recording that your browser can read. Choose a WAV, FLAC, MP3, OGG or M4A file.");
  }
  const channels = Array.from({ length: audio.numberOfChannels }, (_, channel) => audio.getChannelData(channel));
  const samples = channels[0].map(
    (_, index) => channels.reduce((sum, channel) => sum + channel[index], 0) / channels.length,
  );
  return { samples, rate: audio.sampleRate };
}
