// A file to samples, or a sentence that says why not.

import { Problem } from "./problem.js";
import { say } from "./text.js";
import { isWav, readWav } from "./wav.js";

export const LONGEST_SECONDS = 600;
const SHORTEST_SECONDS = 0.0995; // 0.1, rounded
const LARGEST_BYTES = 200e6;
const LOUDEST = 1e9; // full scale is 1

// Returns {samples: Float32Array, rate}. What is no plain WAV is decoded, and resampled to `rate`, by the browser.
export async function decodeFile(file, rate) {
  if (file.size === 0) throw new Problem(say("emptyFile"));
  if (file.size > LARGEST_BYTES) {
    throw new Problem(say("largeFile", { megabytes: Math.round(file.size / 1e6), most: LARGEST_BYTES / 1e6 }));
  }
  const buffer = await readBytes(file);
  const found = (isWav(buffer) && readWav(buffer)) || (await decodeByBrowser(buffer, rate));
  check(found);
  return found;
}

// Throws the Problem of samples that cannot be used, as the Python package does.
export function check({ samples, rate }) {
  if (samples.length === 0) throw new Problem(say("noSamples"));
  if (samples.length > LONGEST_SECONDS * rate) {
    throw new Problem(say("longSound", { seconds: Math.round(samples.length / rate), most: LONGEST_SECONDS }));
  }
  if (samples.length < SHORTEST_SECONDS * rate) throw new Problem(say("shortSound"));
  let peak = 0;
  for (const sample of samples) {
    if (!Number.isFinite(sample)) throw new Problem(say("noNumbers"));
    peak = Math.max(peak, Math.abs(sample));
  }
  if (peak > LOUDEST) throw new Problem(say("farTooLoud"));
  if (peak === 0) throw new Problem(say("silentSound"));
}

async function readBytes(file) {
  try {
    return await file.arrayBuffer();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new Problem(say("noFile"));
  }
}

async function decodeByBrowser(buffer, rate) {
  let audio;
  try {
    audio = await new OfflineAudioContext(1, 1, rate).decodeAudioData(buffer);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new Problem(say("noAudio"));
  }
  const channels = Array.from({ length: audio.numberOfChannels }, (_, channel) => audio.getChannelData(channel));
  const samples = channels[0].map(
    (_, index) => channels.reduce((sum, channel) => sum + channel[index], 0) / channels.length,
  );
  return { samples, rate: audio.sampleRate };
}
