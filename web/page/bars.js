// A bar for each emotion, in the model's own order, so that they do not jump about while one speaks.

import { percent } from "./words.js";

// Returns show(scores); without scores (silence) the bars are empty.
export function makeBars(list, labels) {
  const bars = labels.map((label, index) => {
    const item = document.createElement("li");
    const track = document.createElement("span");
    const bar = document.createElement("span");
    const value = document.createElement("data");
    track.className = "track";
    track.ariaHidden = "true";
    bar.style.setProperty("background", `var(--emotion-${index % 8})`);
    track.append(bar);
    item.append(
      Object.assign(document.createElement("span"), { textContent: label, className: "label" }),
      track,
      value,
    );
    return { item, bar, value };
  });
  list.replaceChildren(...bars.map(({ item }) => item));
  return (scores) => {
    const best = scores === null ? -1 : scores.indexOf(Math.max(...scores));
    bars.forEach(({ item, bar, value }, index) => {
      item.classList.toggle("best", index === best);
      bar.style.setProperty("width", scores === null ? "0" : `${100 * scores[index]}%`);
      value.value = scores === null ? "" : String(scores[index]);
      value.textContent = scores === null ? "–" : percent(scores[index]);
    });
  };
}
