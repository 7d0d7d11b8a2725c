// The encoding of protocol buffers, in which model files are written: just enough to have the speaker be asked for.
//
// In an adaptive model the input `speaker` [1, r] may be left out, for it has a default among the weights.
// onnxruntime-web knows required inputs only, so the default is taken out here, and the page always says who speaks.

const BYTES = 2;
const FIXED = { 1: 8, 5: 4 };

// The numbers of the fields: onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_DIMS = 1;
const TENSOR_NAME = 8;

// Returns {model, width}: a model file that asks for `speaker` of so many numbers; width is 0 if it cannot adapt.
export function askForSpeaker(file) {
  let width = 0;
  const parts = [];
  for (const field of fields(file)) {
    if (field.number !== MODEL_GRAPH) {
      parts.push(field.whole);
      continue;
    }
    const kept = [];
    for (const inner of fields(field.content)) {
      const size = inner.number === GRAPH_INITIALIZER ? speakerWidth(inner.content) : 0;
      width += size;
      if (size === 0) kept.push(inner.whole);
    }
    const graph = joined(kept);
    parts.push(Uint8Array.from([...integer((MODEL_GRAPH << 3) | BYTES), ...integer(graph.length)]), graph);
  }
  return { model: width === 0 ? file : joined(parts), width };
}

// The last size of a tensor that is called `speaker`; 0 of any other.
function speakerWidth(tensor) {
  let name = "";
  let last = 0;
  for (const { number, kind, content } of fields(tensor)) {
    if (number === TENSOR_NAME && kind === BYTES) name = new TextDecoder().decode(content.subarray(0, 100));
    if (number === TENSOR_DIMS) for (let at = 0; at < content.length;) [last, at] = readInteger(content, at);
  }
  return name === "speaker" ? last : 0;
}

function* fields(message) {
  for (let at = 0; at < message.length;) {
    const start = at;
    let tag, begin, end;
    [tag, begin] = readInteger(message, at);
    const kind = tag & 7;
    if (kind === BYTES) {
      const [size, first] = readInteger(message, begin);
      [begin, end] = [first, first + size];
    } else if (kind === 0) {
      end = readInteger(message, begin)[1];
    } else {
      end = begin + (FIXED[kind] ?? Infinity);
    }
    if (end > message.length) throw new Error("the model file is damaged");
    yield { number: Math.floor(tag / 8), kind, content: message.subarray(begin, end), whole: message.subarray(start, end) };
    at = end;
  }
}

// An integer of variable length, seven bits a byte, the lowest first; and the position behind it.
function readInteger(bytes, at) {
  let value = 0;
  for (let shift = 0; shift < 10 && at + shift < bytes.length; shift += 1) {
    value += (bytes[at + shift] & 0x7f) * 2 ** (7 * shift);
    if (bytes[at + shift] < 0x80) return [value, at + shift + 1];
  }
  throw new Error("the model file is damaged");
}

function integer(value) {
  const found = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...found, rest];
    found.push((rest % 128) | 0x80);
  }
}

function joined(parts) {
  const found = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    found.set(part, at);
    at += part.length;
  }
  return found;
}
