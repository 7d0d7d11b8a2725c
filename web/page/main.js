// The page: opens the model, then analyses what is recorded, chosen or dropped. The latest is shown.

import { showCard } from "./card.js";
import { LONGEST_SECONDS, check, decodeFile } from "./decode.js";
import { makeExample } from "./example.js";
import { listen } from "./listen.js";
import { record } from "./microphone.js";
import { openModel } from "./model.js";
import { Problem } from "./problem.js";
import { makeResult } from "./result.js";
import { current, fillTexts, onLanguage, say, setLanguage } from "./text.js";
import { openVoice } from "./voice.js";
import { HOP_SECONDS, WINDOW_SECONDS, isSilent } from "./windows.js";
import { tenths } from "./words.js";

const part = (id) => document.getElementById(id);
const button = part("record");
const chooser = part("file");

let model = null;
let result = null;
let voice = null;
let recording = null;
let latest = null; // what was analysed last: {sound, name, row, added}
let turn = 0; // counts what was asked for: an answer to an older question is dropped
let spoken = () => say("loading"); // the status, in whichever language

function tell(text, values) {
  spoken = () => (text === "" ? "" : say(text, typeof values === "function" ? values() : values));
  part("status").textContent = spoken();
}

function complain(error) {
  tell("");
  part("problem").textContent = error instanceof Problem ? error.message : say("wrong", { reason: error.message });
  part("problem").hidden = false;
  if (!(error instanceof Problem)) console.error(error);
}

// Runs one task; a newer one makes `isLatest` false. What goes wrong is shown in a sentence.
async function run(task) {
  turn += 1;
  const mine = turn;
  part("problem").hidden = true;
  try {
    await task(() => mine === turn);
  } catch (error) {
    if (mine === turn) complain(error);
  }
}

// `name` gives the recording's name; `file` is what it is called in files.
async function analyse(sound, name, file, isLatest) {
  check(sound);
  latest = null;
  showVoice();
  tell("analysing", () => ({ name: name() }));
  const adapted = voice.count;
  const found = await listen(
    model,
    sound,
    voice.offset,
    (share) => isLatest() && tell("analysingShare", () => ({ name: name(), share: Math.round(100 * share) })),
  );
  if (!isLatest()) return;
  result.whole(file, found, adapted);
  latest = { sound, name, file, row: found.row, added: false };
  showVoice();
  tell("analysed", () => ({ name: name(), seconds: tenths(found.seconds) }));
}

function openFile(file) {
  return run(async (isLatest) => {
    result.close();
    tell("reading", { name: file.name });
    await stopRecording();
    const sound = await decodeFile(file, model.rate);
    if (isLatest()) await analyse(sound, () => file.name, file.name, isLatest);
  });
}

function openExample() {
  return run(async (isLatest) => {
    result.close();
    await stopRecording();
    await analyse(makeExample(), () => say("exampleName"), "example.wav", isLatest);
  });
}

async function stopRecording() {
  const stopped = recording;
  recording = null;
  showButton();
  if (stopped) await stopped.stop();
  return stopped;
}

function showButton() {
  button.textContent = say(recording ? "stop" : "record");
  button.classList.toggle("recording", recording !== null);
}

function startRecording() {
  return run(async (isLatest) => {
    result.close();
    tell("opening");
    const opened = await record(makeLiveListener(isLatest));
    if (!isLatest()) return void (await opened.stop());
    recording = opened;
    showButton();
    tell("speak");
  });
}

function finishRecording() {
  return run(async (isLatest) => {
    const stopped = await stopRecording();
    const sound = { samples: stopped.all(), rate: stopped.rate };
    await analyse(sound, () => say("yourRecording"), "recording.wav", isLatest);
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
      const newest = await model.resample(sound.latest(WINDOW_SECONDS), sound.rate);
      const scores = isSilent(newest) ? null : (await model.run(newest, voice.offset)).scores;
      if (!isLatest()) return undefined;
      result.live(scores, sound.latest(10), voice.count);
      tell("recording", { seconds: tenths(sound.length / sound.rate) });
    } catch (error) {
      if (isLatest()) complain(error);
    } finally {
      busy = false;
    }
    return undefined;
  };
}

// Adds the latest recording to what is known of the voice, once, and looks at it again.
function adapt() {
  const { sound, name, file, row } = latest;
  voice.add(row);
  return run(async (isLatest) => {
    await analyse(sound, name, file, isLatest);
    if (!isLatest()) return;
    latest.added = true;
    showVoice();
  });
}

function forget() {
  const again = latest;
  voice.forget();
  voice.damaged = false;
  showVoice();
  if (again) run((isLatest) => analyse(again.sound, again.name, again.file, isLatest));
}

function showVoice() {
  if (model === null) return;
  const state = part("voice-state");
  part("voice-controls").hidden = model.width === 0;
  part("adapt").disabled = latest === null || latest.added;
  part("forget").disabled = voice.count === 0;
  if (model.width === 0) {
    state.textContent = say("voiceCannot");
    return;
  }
  const known = voice.count === 0 ? "voiceNone" : voice.count === 1 ? "voiceKnownOne" : "voiceKnown";
  const more = [voice.damaged && say("voiceDamaged"), !voice.kept && say("voiceNotKept")].filter(Boolean);
  state.textContent = [...more, say(known, { count: voice.count })].join(" ");
}

function listenToPage() {
  button.addEventListener("click", () => (recording ? finishRecording() : startRecording()));
  chooser.addEventListener("change", () => chooser.files.length > 0 && openFile(chooser.files[0]));
  // The same file again is a change, too.
  chooser.addEventListener("click", () => (chooser.value = ""));
  part("example").addEventListener("click", openExample);
  part("adapt").addEventListener("click", adapt);
  part("forget").addEventListener("click", forget);
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

function showTexts() {
  document.documentElement.lang = current();
  document.title = say("title");
  fillTexts(document);
  showButton();
  part("status").textContent = spoken();
  if (model) showCard(part("card"), model.card);
  showVoice();
}

part("language").value = current();
part("language").addEventListener("change", (event) => setLanguage(event.target.value));
onLanguage(showTexts);
showTexts();

await run(async () => {
  model = await openModel();
  voice = openVoice(model);
  result = makeResult(model.labels, model.card);
  showTexts();
  listenToPage();
  for (const id of ["record", "file", "example"]) part(id).disabled = false;
  tell("ready");
});
