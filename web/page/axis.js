// Seconds under a picture.

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120];
const MOST = 8;

export function fillAxis(list, seconds) {
  const step = STEPS.find((each) => seconds / each <= MOST) ?? STEPS.at(-1);
  const count = Math.floor(seconds / step + 1e-9);
  const digits = step < 1 ? 1 : 0;
  const ticks = Array.from({ length: count + 1 }, (_, index) => {
    const tick = document.createElement("li");
    tick.textContent = `${(index * step).toFixed(digits)}${index === 0 ? " s" : ""}`;
    tick.style.setProperty("left", `${(100 * index * step) / seconds}%`);
    return tick;
  });
  list.replaceChildren(...ticks);
}
