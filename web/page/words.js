// Numbers as people read them in the language of the page: 81.2 %, and in German 81,2 %.

import { say } from "./text.js";

export function fixed(value, digits) {
  return value.toFixed(digits).replace(".", say("point"));
}

export function percent(score) {
  return `${fixed(100 * score, 1)} %`;
}

export function tenths(seconds) {
  return fixed(seconds, 1);
}
