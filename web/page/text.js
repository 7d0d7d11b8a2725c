// The page's words in each of its languages. `{name}` in a text is replaced by a value; names of emotions are the model's own.

import { DE } from "./text-de.js";
import { EN } from "./text-en.js";

export const LANGUAGES = { en: EN, de: DE };
const KEPT = "evenvoice.language";

const followers = [];
let language = chosen();

// Returns a text in the language of the page.
export function say(name, values = {}) {
  return LANGUAGES[language][name].replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
}

export function current() {
  return language;
}

// Calls back when the language was changed.
export function onLanguage(follow) {
  followers.push(follow);
}

export function setLanguage(name) {
  language = name;
  keep(name);
  for (const follow of followers) follow();
}

// Fills what has `data-text`, or `data-label` for those who do not see it.
export function fillTexts(root) {
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
  for (const element of root.querySelectorAll("[data-label]")) element.ariaLabel = say(element.dataset.label);
}

function chosen() {
  const wanted = [kept(), ...(navigator.languages ?? [])].map((name) => (name ?? "").slice(0, 2));
  return wanted.find((name) => name in LANGUAGES) ?? "en";
}

// A browser may keep nothing for a page: then the choice is for this visit.
function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}

function keep(name) {
  try {
    localStorage.setItem(KEPT, name);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
