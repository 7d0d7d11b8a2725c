// Plays the recording; a cursor shows where, in the pictures and on a slider that can be moved by mouse and keyboard.

import { say } from "./text.js";
import { tenths } from "./words.js";

// Returns {load(samples, rate), stop(), redraw()}.
export function makePlayer(button, slider, clock, cursor) {
  let context = null;
  let buffer = null;
  let source = null;
  let seconds = 0;
  let from = 0; // where it began, in seconds, and when by the context's clock
  let began = 0;

  const position = () => (source ? Math.min(seconds, from + context.currentTime - began) : from);

  function show() {
    const now = position();
    slider.value = String(now);
    slider.ariaValueText = say("positionValue", { now: tenths(now), seconds: tenths(seconds) });
    clock.textContent = `${tenths(now)} / ${tenths(seconds)} s`;
    cursor.style.setProperty("left", `${seconds > 0 ? (100 * now) / seconds : 0}%`);
    button.textContent = say(source ? "pause" : "play");
  }

  function follow() {
    if (!source) return;
    show();
    requestAnimationFrame(follow);
  }

  function halt() {
    const stopped = source;
    from = position();
    source = null;
    if (!stopped) return;
    stopped.onended = null;
    stopped.stop();
  }

  function start() {
    context ??= new AudioContext();
    context.resume();
    source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.onended = () => {
      source = null;
      from = 0;
      show();
    };
    if (from >= seconds - 0.01) from = 0;
    began = context.currentTime;
    source.start(0, from);
    follow();
  }

  button.addEventListener("click", () => {
    if (source) {
      halt();
      show();
    } else {
      start();
    }
  });
  slider.addEventListener("input", () => {
    const wanted = Number(slider.value);
    const playing = source !== null;
    halt();
    from = wanted;
    if (playing) start();
    show();
  });

  return {
    load(samples, rate) {
      halt();
      buffer = new AudioBuffer({ length: samples.length, sampleRate: rate });
      buffer.copyToChannel(samples, 0);
      [from, seconds] = [0, samples.length / rate];
      slider.max = String(seconds);
      show();
    },
    stop() {
      halt();
      if (buffer) show();
    },
    redraw: () => buffer && show(),
  };
}
