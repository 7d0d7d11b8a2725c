// The microphone as a growing recording. Nothing leaves the page.

import { Problem } from "./problem.js";
import { say } from "./text.js";

const REASONS = { NotAllowedError: "notAllowed", NotFoundError: "noMicrophone", NotReadableError: "notReadable" };

// As it is: what a browser does for telephone calls (gain control, noise suppression) changes how a voice sounds.
const AS_IT_IS = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

// Calls onPart(recording) as samples come; recording is {rate, length, all(), latest(seconds), stop()}.
export async function record(onPart) {
  if (!navigator.mediaDevices)
    throw new Problem(say("notSecure"));
  const stream = await openStream();
  const context = new AudioContext();
  await context.audioWorklet.addModule(new URL("./recorder-worklet.js", import.meta.url));
  const recorder = new AudioWorkletNode(context, "recorder");
  const recording = growing(context.sampleRate, async () => {
    recorder.port.onmessage = null;
    for (const track of stream.getTracks()) track.stop();
    await context.close();
  });
  recorder.port.onmessage = ({ data }) => {
    recording.append(data);
    onPart(recording);
  };
  // The recorder writes no output, so nothing is played; some browsers run only what leads to the loudspeaker.
  context.createMediaStreamSource(stream).connect(recorder).connect(context.destination);
  return recording;
}

async function openStream() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: AS_IT_IS });
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new Problem(say(REASONS[error.name] ?? "notOpened", { reason: error.name }));
  }
}

function growing(rate, stop) {
  const parts = [];
  const recording = {
    rate,
    stop,
    length: 0,
    append(part) {
      parts.push(part);
      recording.length += part.length;
    },
    all: () => joined(parts, recording.length),
    latest(seconds) {
      const wanted = Math.min(Math.round(seconds * rate), recording.length);
      let first = parts.length;
      let held = 0;
      while (held < wanted) {
        first -= 1;
        held += parts[first].length;
      }
      return joined(parts.slice(first), held).slice(held - wanted);
    },
  };
  return recording;
}

function joined(parts, length) {
  const found = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    found.set(part, at);
    at += part.length;
  }
  return found;
}
