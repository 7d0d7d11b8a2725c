// The model file in use, in a worker, so that the page stays awake while it listens.

import { Problem } from "./problem.js";

// Returns {card, labels, rate, resample(samples, rate), probabilities(samples)}; the last two promise a Float32Array.
export async function openModel() {
  const card = await fetchCard();
  const ask = openWorker();
  await ask("open", { url: new URL("model.onnx", document.baseURI).href });
  return {
    card,
    labels: card.labels,
    rate: card.sample_rate,
    resample: (samples, rate) => ask("resample", { samples, rate, newRate: card.sample_rate }),
    probabilities: (samples) => ask("probabilities", { samples }),
  };
}

async function fetchCard() {
  let reply;
  try {
    reply = await fetch("model.json");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Problem("The model could not be loaded: the server does not answer. Reload the page.");
  }
  if (!reply.ok) throw new Problem(`The model could not be loaded: model.json is not there (${reply.status}).`);
  return reply.json();
}

function openWorker() {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const waiting = new Map();
  let count = 0;
  worker.addEventListener("message", ({ data: { id, answer, problem } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (problem === undefined) resolve(answer);
    else reject(new Problem(problem));
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    for (const { reject } of waiting.values())
      reject(new Problem("The model could not be started in this browser. Update the browser."));
    waiting.clear();
  });
  return (task, details) =>
    new Promise((resolve, reject) => {
      count += 1;
      waiting.set(count, { resolve, reject });
      worker.postMessage({ id: count, task, ...details });
    });
}
