// Copies the page and the parts of onnxruntime-web that it uses to src/evenvoice/serve/page/: no bundler, no CDN.
// The names end in .js because some static hosts do not know .mjs.

import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const page = join(here, "..", "src", "evenvoice", "serve", "page");
const runtime = join(here, "node_modules", "onnxruntime-web");
const { version } = JSON.parse(readFileSync(join(runtime, "package.json"), "utf8"));

mkdirSync(join(here, "build"), { recursive: true });
const aside = mkdtempSync(join(here, "build", "page-"));
try {
  cpSync(join(here, "page"), aside, { recursive: true });
  const source = readFileSync(join(runtime, "dist", "ort.wasm.bundle.min.mjs"), "utf8");
  writeFileSync(join(aside, "ort.js"), source.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
  // A quarter of its size, on disk and on the way; the worker unpacks it, so that any static host will do.
  const runnable = readFileSync(join(runtime, "dist", "ort-wasm-simd-threaded.wasm"));
  writeFileSync(join(aside, "ort.wasm.gz"), gzipSync(runnable, { level: 9 }));
  writeFileSync(
    join(aside, "THIRD_PARTY.txt"),
    `ort.js and ort.wasm.gz are onnxruntime-web ${version}, Copyright (c) Microsoft Corporation, MIT License.\n` +
      readFileSync(join(here, "MIT.txt"), "utf8"),
  );
  chmodSync(aside, 0o755);
  rmSync(page, { recursive: true, force: true });
  renameSync(aside, page);
} finally {
  rmSync(aside, { recursive: true, force: true });
}
console.log(`the page is built: ${page} (onnxruntime-web ${version})`);
