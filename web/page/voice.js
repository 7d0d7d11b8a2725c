// What is known of one voice, kept on this device alone: the same as a file of `evenvoice enrol`, for one model.

const WHAT = "evenvoice speaker profile";
const FORMAT = 1;
const FARTHEST = 1e6; // in deviations, as in src/evenvoice/recognizer/profile.py

// Returns {count, offset, damaged, kept, add(row), forget()}: of how many recordings, and where the voice lies.
export function openVoice({ card, width }) {
  const place = `evenvoice.voice.${card.sha256}`;
  const { kappa } = card.recipe;
  const voice = { count: 0, offset: null, damaged: false, kept: true };

  function keep() {
    const bytes = new Uint8Array(voice.offset.buffer);
    const offset = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    const profile = { what: WHAT, format: FORMAT, model: card.sha256, utterances: voice.count, offset };
    voice.kept = store((storage) => storage.setItem(place, JSON.stringify(profile)));
  }

  // The mean of k recordings, times k / (k + kappa).
  voice.add = (row) => {
    const before = voice.offset ?? new Float32Array(width);
    const total = voice.count + kappa;
    voice.offset = Float32Array.from(row, (value, index) =>
      Math.max(-FARTHEST, Math.min(FARTHEST, (before[index] * total + value) / (total + 1))),
    );
    voice.count += 1;
    keep();
  };
  voice.forget = () => {
    voice.count = 0;
    voice.offset = null;
    voice.kept = store((storage) => storage.removeItem(place));
  };

  let text = null;
  voice.kept = store((storage) => (text = storage.getItem(place)));
  if (text !== null && width > 0) {
    const found = read(text, card.sha256, width);
    if (found === null) {
      voice.forget();
      voice.damaged = true;
    } else {
      Object.assign(voice, found);
    }
  }
  return voice;
}

// Returns {count, offset}; null if it is not what was kept here.
function read(text, model, width) {
  try {
    const profile = JSON.parse(text);
    const bytes = Uint8Array.from(atob(profile.offset), (sign) => sign.charCodeAt(0));
    const offset = new Float32Array(bytes.buffer);
    const good =
      profile.what === WHAT && profile.format === FORMAT && profile.model === model && offset.length === width &&
      Number.isSafeInteger(profile.utterances) && profile.utterances > 0 &&
      offset.every((value) => Math.abs(value) <= FARTHEST);
    return good ? { count: profile.utterances, offset } : null;
  } catch {
    return null; // no JSON, no base64, no whole numbers: all of it is damage
  }
}

// Returns whether the browser keeps anything for this page.
function store(call) {
  try {
    call(localStorage);
    return true;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return false;
  }
}
