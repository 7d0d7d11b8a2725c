// The worker: onnxruntime-web on one thread, and the resampler. Each message is a task; each task gets one answer.

import * as ort from "./ort.js";
import { resample } from "./resample.js";
import { askForSpeaker } from "./wire.js";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

let session = null;
let width = 0; // how many numbers say where a speaker lies; 0: the model cannot adapt

const TASKS = {
  // Returns the width.
  async open({ url }) {
    const [runtime, file] = await Promise.all([unpacked(new URL("./ort.wasm.gz", import.meta.url)), bytes(url)]);
    ort.env.wasm.wasmBinary = runtime;
    const found = askForSpeaker(new Uint8Array(file));
    // Without plans of memory: one of each length of recordings would be kept.
    session = await ort.InferenceSession.create(found.model, { executionProviders: ["wasm"], enableMemPattern: false });
    width = found.width;
    return width;
  },
  resample: ({ samples, rate, newRate }) => resample(samples, rate, newRate),
  // Returns {scores, row}: probabilities, and the normalised features of a model that can adapt.
  async run({ samples, offset }) {
    const inputs = {
      waveform: new ort.Tensor("float32", samples, [1, samples.length]),
      lengths: new ort.Tensor("int64", BigInt64Array.of(BigInt(samples.length)), [1]),
    };
    if (width > 0) inputs.speaker = new ort.Tensor("float32", offset ?? new Float32Array(width), [1, width]);
    const found = await session.run(inputs);
    return { scores: found.probabilities.data, row: found.normalised?.data ?? null };
  },
};

async function bytes(url) {
  const reply = await fetch(url);
  if (!reply.ok) throw new Error(`${new URL(url).pathname.split("/").at(-1)} is not there (${reply.status})`);
  return reply.arrayBuffer();
}

async function unpacked(url) {
  const data = await bytes(url);
  const [first, second] = new Uint8Array(data, 0, 2);
  if (first !== 0x1f || second !== 0x8b) return data; // the host said that it is packed, and the browser unpacked it
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

self.addEventListener("message", async ({ data }) => {
  try {
    self.postMessage({ id: data.id, answer: await TASKS[data.task](data) });
  } catch (error) {
    self.postMessage({ id: data.id, problem: error.message });
  }
});
