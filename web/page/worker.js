// The worker: onnxruntime-web on one thread, and the resampler. Each message is a task; each task gets one answer.

import * as ort from "./ort.js";
import { resample } from "./resample.js";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

let session = null;

const TASKS = {
  async open({ url }) {
    const [runtime, model] = await Promise.all([bytes(new URL("./ort.wasm", import.meta.url)), bytes(url)]);
    ort.env.wasm.wasmBinary = runtime;
    session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
  },
  resample: ({ samples, rate, newRate }) => resample(samples, rate, newRate),
  async probabilities({ samples }) {
    const found = await session.run({
      waveform: new ort.Tensor("float32", samples, [1, samples.length]),
      lengths: new ort.Tensor("int64", BigInt64Array.of(BigInt(samples.length)), [1]),
    });
    return found.probabilities.data;
  },
};

async function bytes(url) {
  const reply = await fetch(url);
  if (!reply.ok) throw new Error(`${new URL(url).pathname.split("/").at(-1)} is not there (${reply.status})`);
  return reply.arrayBuffer();
}

self.addEventListener("message", async ({ data }) => {
  try {
    self.postMessage({ id: data.id, answer: await TASKS[data.task](data) });
  } catch (error) {
    self.postMessage({ id: data.id, problem: `The model failed: ${error.message}.` });
  }
});
