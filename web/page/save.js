// The result as files: the JSON and the CSV of `evenvoice predict --window 3`, from the same numbers.

import { ranked } from "./listen.js";

// `adapted` is to how many recordings of the voice; 0: to none.
export function asJson(name, labels, { seconds, scores, moments }, card, adapted) {
  const listed = (found) => ranked(labels, found).map(({ label, score }) => ({ label, score }));
  const known = adapted > 0 ? { adapted } : {};
  const windows = moments.map((moment) => ({
    start: moment.start,
    end: moment.end,
    ...(moment.scores === null ? { scores: [], silent: true } : { scores: listed(moment.scores), ...known }),
  }));
  const answer = { file: name, seconds, scores: listed(scores), ...known, windows, model: card.sha256 };
  return `${JSON.stringify([answer], null, 1)}\n`;
}

export function asCsv(name, labels, { moments }, card, adapted) {
  const known = adapted > 0;
  const head = ["file", "start", "end", "label", ...labels.map((label) => `p:${label}`), ...(known ? ["adapted"] : [])];
  const rows = moments.map(({ start, end, scores }) => [
    cell(name),
    start,
    end,
    scores === null ? "" : cell(ranked(labels, scores)[0].label),
    ...labels.map((_, index) => (scores === null ? "" : Number(scores[index].toPrecision(9)))),
    ...(known ? [scores === null ? "" : adapted] : []),
  ]);
  return [head, ...rows].map((row) => `${row.map(quoted).join(",")}\n`).join("");
}

export function download(name, text, kind) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// A spreadsheet would take it for a formula.
function cell(text) {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quoted(value) {
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
