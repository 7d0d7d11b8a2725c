// Seconds under a picture.

import { fixed } from "./words.js";

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200];
const MOST = 6;

export function fillAxis(list, seconds) {
  const step = STEPS.find((each) => seconds / each <= MOST) ?? STEPS.at(-1);
  const count = Math.floor(seconds / step + 1e-9);
  const digits = step < 1 ? 1 : 0;
  const ticks = Array.from({ length: count + 1 }, (_, index) => {
    const tick = document.createElement("li");
    const label = document.createElement("span");
    label.textContent = `${fixed(index * step, digits)}${index === 0 ? " s" : ""}`;
    tick.append(label);
    tick.style.setProperty("--at", (index * step) / seconds);
    return tick;
  });
  list.replaceChildren(...ticks);
}
