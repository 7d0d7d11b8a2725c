// The model file in use, in a worker, so that the page stays awake while it listens.

import { Problem } from "./problem.js";
import { say } from "./text.js";

// Opens a model file and the card beside it: model.onnx and model.json.
// Returns {card, labels, rate, width, resample(samples, rate), run(samples, offset)}; the last promises {scores, row}.
export async function openModel(file = new URL("model.onnx", document.baseURI)) {
  const card = await fetchCard(new URL(file.href.replace(/\.onnx$/, ".json")));
  const ask = openWorker();
  const width = await ask("open", { url: file.href });
  return {
    card,
    labels: card.labels,
    rate: card.sample_rate,
    width,
    resample: (samples, rate) => ask("resample", { samples, rate, newRate: card.sample_rate }),
    run: (samples, offset) => ask("run", { samples, offset }),
  };
}

async function fetchCard(url) {
  let reply;
  try {
    reply = await fetch(url);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Problem(say("noServer"));
  }
  if (!reply.ok) throw new Problem(say("noCard", { file: url.pathname.split("/").at(-1), status: reply.status }));
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
    else reject(new Problem(say("failed", { reason: problem })));
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    for (const { reject } of waiting.values()) reject(new Problem(say("noStart")));
    waiting.clear();
  });
  return (task, details) =>
    new Promise((resolve, reject) => {
      count += 1;
      waiting.set(count, { resolve, reject });
      worker.postMessage({ id: count, task, ...details });
    });
}
