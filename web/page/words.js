// Numbers as people read them.

export function percent(score) {
  return `${(100 * score).toFixed(1)} %`;
}

export function tenths(seconds) {
  return seconds.toFixed(1);
}
