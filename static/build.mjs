/**
 * Turns static/ into static/dist/: one file per page, one style sheet, one sprite of the icons that are used, and the
 * manifest that tells the server their names. Run by deploy/build_front.py; needs nothing but Node and node_modules.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "static");
const target = process.argv[2] ?? join(source, "dist");

/** The oldest browsers that get the whole product (README, "Browsers"); tests/house/baseline.mjs checks the rest. */
const browsers = ["es2020", "chrome109", "firefox115", "safari15"];
/** A bundle with the licences of what it holds is rarely changed but always asked for: squeeze it hard, once. */
const hardest = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

/** @type {{files: Record<string, string>, words: Record<string, string[]>}} */
const manifest = { files: {}, words: {} };
const written = new Set(["manifest.json", "built-from"]);

/** Every file below a folder whose name ends in one of the endings. */
function filesBelow(folder, ...endings) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === "dist" ? [] : filesBelow(path, ...endings);
      return endings.includes(extname(entry.name)) ? [path] : [];
    })
    .sort();
}

/** Writes bytes under a name that carries their hash, with .br and .gz beside it when that makes them smaller. */
function publish(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const file = `${basename(name, extname(name))}-${hash}${extname(name)}`;
  const forms = { "": bytes, ".br": brotliCompressSync(bytes, hardest), ".gz": gzipSync(bytes, { level: 9 }) };
  for (const [ending, form] of Object.entries(forms)) {
    if (ending && form.length >= bytes.length) continue;
    writeFileSync(join(target, file + ending), form);
    written.add(file + ending);
  }
  manifest.files[name] = file;
}

/** The English sources that a script says: the server sends the page only this share of the catalogue. */
function wordsIn(files) {
  const said = files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return [...text.matchAll(/\bsay\(\s*("(?:[^"\\\n]|\\.)*")/g)].map((match) => JSON.parse(match[1]));
  });
  return [...new Set(said)].sort();
}

/** Each entry is bundled alone, so that a page asks for one file and a chunk exists only where a script says import(). */
async function bundle(entry) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: target,
    chunkNames: "chunk-[hash]",
    bundle: true,
    splitting: entry.endsWith(".js"),
    format: "esm",
    target: browsers,
    minify: true,
    legalComments: "eof",
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  const name = relative(source, entry).split("\\").join("/").replace(/^css\//, "");
  for (const output of result.outputFiles) {
    const isEntry = !basename(output.path).startsWith("chunk-");
    if (isEntry) publish(name, output.contents);
    else {
      writeFileSync(join(target, basename(output.path)), output.contents);
      written.add(basename(output.path));
    }
  }
  const own = Object.keys(result.metafile.inputs).filter((input) => input.startsWith("static/"));
  if (name.endsWith(".js")) manifest.words[name] = wordsIn(own.map((input) => join(root, input)));
}

/** Icons are named where they are drawn: icon("mic") in a template or a script, icon="mic" or icon: "mic" as an argument. */
function iconsUsed() {
  const places = [...filesBelow(join(root, "server", "templates"), ".html"), ...filesBelow(source, ".js")];
  const named = places.flatMap((place) =>
    [...readFileSync(place, "utf8").matchAll(/\bicon\s*[(=:]\s*["']([a-z0-9-]+)["']/g)].map((match) => match[1]),
  );
  return [...new Set(named)].sort();
}

/** One symbol per icon; strokes take the colour of the text, and icons that point turn round by CSS on right-to-left pages. */
function sprite() {
  const symbols = iconsUsed().map((name) => {
    const path = join(root, "node_modules", "lucide-static", "icons", `${name}.svg`);
    if (!existsSync(path)) throw new Error(`No Lucide icon is called "${name}".`);
    const inside = readFileSync(path, "utf8").replace(/<!--.*?-->/gs, "").replace(/^[^<]*<svg[^>]*>|<\/svg>\s*$/g, "");
    const drawing = inside.replace(/\s*\n\s*/g, "").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${drawing}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

mkdirSync(target, { recursive: true });
for (const folder of ["pages", "worklets"]) for (const entry of filesBelow(join(source, folder), ".js")) await bundle(entry);
await bundle(join(source, "css", "main.css"));
publish("icons.svg", Buffer.from(sprite()));

// The manifest is swapped in last and the old files go after it: a server that runs meanwhile never meets a gap.
writeFileSync(join(target, "manifest.json.new"), `${JSON.stringify(manifest, null, 1)}\n`);
renameSync(join(target, "manifest.json.new"), join(target, "manifest.json"));
for (const old of readdirSync(target)) if (!written.has(old)) rmSync(join(target, old), { recursive: true });
