// <evenvoice-recorder model="model.onnx">: a button, a file and the bars, in any page of the same site.
//
// The model's card lies beside it (model.json). Its event `evenvoice-result` has {name, seconds, scores, moments} in
// `detail`: scores are [{label, score}, …], best first; moments are windows, {start, end, scores} each.

import { makeBars } from "./bars.js";
import { check, decodeFile } from "./decode.js";
import { listen, ranked } from "./listen.js";
import { record } from "./microphone.js";
import { openModel } from "./model.js";
import { Problem } from "./problem.js";
import { say } from "./text.js";
import { percent, tenths } from "./words.js";

class Recorder extends HTMLElement {
  #model = null;
  #recording = null;
  #turn = 0;
  #parts = {};

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    const style = Object.assign(document.createElement("link"), {
      rel: "stylesheet",
      href: new URL("./style.css", import.meta.url).href,
    });
    const button = Object.assign(document.createElement("button"), { type: "button", disabled: true });
    const file = Object.assign(document.createElement("input"), { type: "file", accept: "audio/*", disabled: true });
    file.ariaLabel = say("orFile");
    const status = Object.assign(document.createElement("p"), { className: "hint" });
    status.setAttribute("role", "status");
    const scores = Object.assign(document.createElement("ol"), { id: "scores", hidden: true });
    const controls = Object.assign(document.createElement("p"), { className: "controls" });
    controls.append(button, file);
    root.append(style, controls, status, scores);
    this.#parts = { button, file, status, scores };
    button.textContent = say("record");
    button.addEventListener("click", () => this.#run(() => (this.#recording ? this.#finish() : this.#start())));
    file.addEventListener("change", () => file.files.length > 0 && this.#run(() => this.#open(file.files[0])));
    this.#run(() => this.#load());
  }

  async #load() {
    this.#tell(say("loading"));
    this.#model = await openModel(new URL(this.getAttribute("model") ?? "model.onnx", document.baseURI));
    this.#parts.bars = makeBars(this.#parts.scores, this.#model.labels);
    for (const each of [this.#parts.button, this.#parts.file]) each.disabled = false;
    this.#tell(say("ready"));
  }

  async #start() {
    this.#recording = await record(() => {});
    this.#parts.button.textContent = say("stop");
    this.#tell(say("speak"));
  }

  async #finish() {
    const stopped = this.#recording;
    this.#recording = null;
    this.#parts.button.textContent = say("record");
    await stopped.stop();
    await this.#analyse({ samples: stopped.all(), rate: stopped.rate }, say("yourRecording"));
  }

  async #open(file) {
    await this.#analyse(await decodeFile(file, this.#model.rate), file.name);
  }

  async #analyse(sound, name) {
    check(sound);
    this.#tell(say("analysing", { name }));
    const mine = this.#turn;
    const { scores, seconds, moments } = await listen(this.#model, sound);
    if (mine !== this.#turn) return;
    const { labels } = this.#model;
    const listed = (found) => (found === null ? [] : ranked(labels, found).map(({ label, score }) => ({ label, score })));
    const [best] = listed(scores);
    this.#parts.scores.hidden = false;
    this.#parts.bars(scores);
    const said = say("best", { label: best.label, percent: percent(best.score) });
    this.#tell(`${said}. ${say("analysed", { name, seconds: tenths(seconds) })}`);
    const windows = moments.map((moment) => ({ ...moment, scores: listed(moment.scores) }));
    const detail = { name, seconds, scores: listed(scores), moments: windows };
    this.dispatchEvent(new CustomEvent("evenvoice-result", { bubbles: true, composed: true, detail }));
  }

  // Runs one task; what goes wrong is shown in a sentence.
  async #run(task) {
    this.#turn += 1;
    const mine = this.#turn;
    try {
      await task();
    } catch (error) {
      if (mine !== this.#turn) return;
      this.#tell(error instanceof Problem ? error.message : say("wrong", { reason: error.message }));
      if (!(error instanceof Problem)) console.error(error);
    }
  }

  #tell(text) {
    this.#parts.status.textContent = text;
  }
}

customElements.define("evenvoice-recorder", Recorder);
