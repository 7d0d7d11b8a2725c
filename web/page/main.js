// The page: opens the model, then analyses what is recorded, chosen or dropped. The latest is shown.

import { showCard } from "./card.js";
import { LONGEST_SECONDS, check, decodeFile } from "./decode.js";
import { listen } from "./listen.js";
import { record } from "./microphone.js";
import { openModel } from "./model.js";
import { Problem } from "./problem.js";
import { makeResult } from "./result.js";
import { HOP_SECONDS, WINDOW_SECONDS, isSilent } from "./windows.js";
import { duration } from "./words.js";

const button = document.getElementById("record");
const chooser = document.getElementById("file");
const status = document.getElementById("status");
const problem = document.getElementById("problem");

let model = null;
let result = null;
let recording = null;
let turn = 0; // counts what was asked for: an answer to an older question is dropped

function say(text) {
  status.textContent = text;
}

function complain(error) {
  say("");
  problem.textContent =
    error instanceof Problem ? error.message : `Something went wrong in this page (${error.message}). Reload it.`;
  problem.hidden = false;
  if (!(error instanceof Problem)) console.error(error);
}

// Runs one task; a newer one makes `isLatest` false. What goes wrong is shown in a sentence.
async function run(task) {
  turn += 1;
  const mine = turn;
  problem.hidden = true;
  try {
    await task(() => mine === turn);
  } catch (error) {
    if (mine === turn) complain(error);
  }
}

async function analyse(sound, name, isLatest) {
  check(sound);
  say(`Analysing ${name} …`);
  const found = await listen(
    model,
    sound,
    (share) => isLatest() && say(`Analysing ${name} … ${Math.round(100 * share)} %`),
  );
  if (!isLatest()) return;
  result.whole(found);
  say(`Analysed ${name}: ${duration(found.seconds)}. Nothing was sent.`);
}

function openFile(file) {
  return run(async (isLatest) => {
    result.close();
    say(`Reading ${file.name} …`);
    await stopRecording();
    const sound = await decodeFile(file, model.rate);
    if (isLatest()) await analyse(sound, file.name, isLatest);
  });
}

async function stopRecording() {
  const stopped = recording;
  recording = null;
  button.textContent = "Record";
  button.classList.remove("recording");
  if (stopped) await stopped.stop();
  return stopped;
}

function startRecording() {
  return run(async (isLatest) => {
    result.close();
    say("Opening the microphone …");
    const opened = await record(makeLiveListener(isLatest));
    if (!isLatest()) return void (await opened.stop());
    recording = opened;
    button.textContent = "Stop";
    button.classList.add("recording");
    say("Recording: speak.");
  });
}

function finishRecording() {
  return run(async (isLatest) => {
    const stopped = await stopRecording();
    await analyse({ samples: stopped.all(), rate: stopped.rate }, "your recording", isLatest);
  });
}

// Analyses the latest window once each hop; a hop that comes while the model is still at work is passed over.
function makeLiveListener(isLatest) {
  let done = 0;
  let busy = false;
  return async (sound) => {
    const hops = Math.floor(sound.length / (HOP_SECONDS * sound.rate));
    if (sound.length > LONGEST_SECONDS * sound.rate && recording === sound) return void finishRecording();
    if (busy || hops <= done || !isLatest()) return undefined;
    busy = true;
    done = hops;
    try {
      const latest = await model.resample(sound.latest(WINDOW_SECONDS), sound.rate);
      const scores = isSilent(latest) ? null : await model.probabilities(latest);
      if (!isLatest()) return undefined;
      result.live(scores, sound.latest(10));
      say(`Recording: ${duration(sound.length / sound.rate)}`);
    } catch (error) {
      if (isLatest()) complain(error);
    } finally {
      busy = false;
    }
    return undefined;
  };
}

function listenToPage() {
  button.addEventListener("click", () => (recording ? finishRecording() : startRecording()));
  chooser.addEventListener("change", () => chooser.files.length > 0 && openFile(chooser.files[0]));
  // The same file again is a change, too.
  chooser.addEventListener("click", () => (chooser.value = ""));
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("over");
  });
  document.addEventListener("dragleave", () => document.body.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (file && model) openFile(file);
  });
}

await run(async () => {
  model = await openModel();
  result = makeResult(model.labels);
  showCard(document.getElementById("card"), model.card);
  listenToPage();
  button.disabled = false;
  chooser.disabled = false;
  say("Ready.");
});
