// Emotions over time: a row for each, darker where it is more probable; and the same as a table.

import { colour, prepare } from "./canvas.js";
import { ranked } from "./listen.js";
import { say } from "./text.js";
import { percent, tenths } from "./words.js";

const GAP = 2;

export function drawTimeline(canvas, labels, moments, seconds) {
  const area = prepare(canvas);
  if (area === null) return;
  const { context, width, height } = area;
  const row = height / labels.length;
  const edges = borders(moments, seconds);
  const at = (time) => (time / seconds) * width;
  moments.forEach(({ scores }, number) => {
    const [left, right] = [at(edges[number]), at(edges[number + 1])];
    labels.forEach((_, index) => {
      context.globalAlpha = scores === null ? 1 : 0.06 + 0.94 * scores[index];
      context.fillStyle = scores === null ? colour("silent") : colour(`emotion-${index % 8}`);
      context.fillRect(left, index * row + GAP / 2, Math.max(1, right - left - 0.5), row - GAP);
    });
  });
}

// A moment is shown around its middle, up to half-way to the next one's.
function borders(moments, seconds) {
  const middles = moments.map(({ start, end }) => (start + end) / 2);
  return [0, ...middles.slice(1).map((middle, index) => (middle + middles[index]) / 2), seconds];
}

export function fillTimelineLabels(list, labels) {
  list.replaceChildren(...labels.map((label) => Object.assign(document.createElement("li"), { textContent: label })));
}

export function fillTimelineTable(table, labels, moments) {
  const head = cells("th", [say("from"), say("to"), say("mostLike"), ...labels]);
  for (const cell of head.children) cell.scope = "col";
  const rows = moments.map(({ start, end, scores }) => {
    const best = scores === null ? say("silent") : ranked(labels, scores)[0].label;
    const row = cells("td", [tenths(start), tenths(end), best]);
    for (const index of labels.keys()) row.append(scoreCell(scores?.[index]));
    return row;
  });
  table.replaceChildren(head, ...rows);
}

function scoreCell(score) {
  const cell = document.createElement("td");
  if (score === undefined) return cell;
  cell.append(Object.assign(document.createElement("data"), { value: String(score), textContent: percent(score) }));
  return cell;
}

function cells(tag, texts) {
  const row = document.createElement("tr");
  row.append(...texts.map((text) => Object.assign(document.createElement(tag), { textContent: text })));
  return row;
}
