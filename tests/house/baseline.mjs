/**
 * Does a script or a style use something newer than the oldest browsers we promise? Asks MDN's compatibility data.
 *
 *     node tests/house/baseline.mjs FILE…       prints one line for each finding, ends with 1 if there is any
 *
 * Syntax is esbuild's business (it lowers, or fails); this looks at what nobody lowers: properties, values, selectors,
 * at-rules, units, built-ins and browser interfaces. A name counts as too new when every thing so called is too new.
 * What a script guards itself is said beside it:  // baseline: .name, .other: what older browsers do instead
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { transformSync } from "esbuild";

const bcd = createRequire(import.meta.url)("@mdn/browser-compat-data");
const OLDEST = { chrome: 109, chrome_android: 109, firefox: 115, safari: 15, safari_ios: 15 };

/** Used where it is there and missed by nobody where it is not; each with what the older browser does instead. */
const ENHANCEMENTS = {
  "accent-color": "Safari 15.0–15.3 draws choices in its own blue",
  ":focus-visible": "Safari 15.0–15.3 shows the ring on every focus",
  "text-size-adjust": "only iPhones in landscape enlarge text, and they know the prefixed name",
  "print-color-adjust": "esbuild adds the prefixed name",
  "@page": "Safari 15 prints with its own margins",
  resize: "phones have no corner to pull",
  "resize: vertical": "phones have no corner to pull",
  "cursor: pointer": "phones have no pointer",
  "cursor: not-allowed": "phones have no pointer",
  "cursor: grab": "phones have no pointer",
  "break-after: avoid": "on paper alone; without it a heading may end a sheet",
  "break-before: avoid": "on paper alone; without it the foot may stand on a sheet of its own",
  "print-color-adjust: exact": "esbuild adds the prefixed name",
};

/** @returns {boolean} whether every browser of ours has it; data that does not know says yes */
function isOld(compat) {
  if (!compat?.support) return true;
  return Object.entries(OLDEST).every(([browser, version]) => {
    const statements = [compat.support[browser] ?? []].flat();
    const served = (one) => number(one.version_added) <= version && version < number(one.version_removed);
    return statements.length === 0 || statements.some((one) => plain(one) && served(one));
  });
}

const plain = (one) => !one.flags && !one.prefix && !one.alternative_name;
const number = (version) => (typeof version === "string" ? Number.parseFloat(version.replace("≤", "")) || Infinity : Infinity);

/** Every thing of one name below a branch of the data: name → its compat entries. */
function namesBelow(branch, found = new Map()) {
  for (const [key, child] of Object.entries(branch)) {
    if (key === "__compat" || typeof child !== "object" || child === null) continue;
    const name = key.replace(/_(static|event|permission)$/, "");
    if (child.__compat) found.set(name, [...(found.get(name) ?? []), child.__compat]);
    namesBelow(child, found);
  }
  return found;
}

const functions = namesBelow(bcd.css.types);
const builtins = bcd.javascript.builtins;
const members = namesBelow(builtins, namesBelow(bcd.api));
const isNew = (entries) => entries !== undefined && entries.length > 0 && !entries.some(isOld);

/** One declaration: its property, its keywords and functions, its units. */
function* inDeclaration(property, value) {
  if (property.startsWith("--") || property.startsWith("-webkit-")) yield* inValue({}, value);
  else {
    const known = bcd.css.properties[property];
    if (!known || !isOld(known.__compat)) yield property;
    yield* inValue({ ...known, name: property }, value);
  }
}

function* inValue(property, value) {
  const bare = value.replace(/"[^"]*"|url\([^)]*\)/g, "");
  for (const [, name] of bare.matchAll(/([a-z][a-z-]*)\(/g)) if (isNew(functions.get(name))) yield `${name}()`;
  for (const [word] of bare.matchAll(/(?<![\w-])[a-z][a-z-]*(?![\w(-])/g)) {
    const entry = property[word] ?? property[word.replaceAll("-", "_")];
    if (entry?.__compat && !isOld(entry.__compat)) yield `${property.name}: ${word}`;
  }
  for (const [, unit] of bare.matchAll(/\d([a-z]+)\b/g)) {
    if (/^[dsl]v(h|w|i|b|min|max)$|^cq(h|w|i|b|min|max)$|^(lh|rlh|cap|rcap|ric|rex|rch)$/.test(unit)) yield unit;
  }
}

function* inStyle(text) {
  const printed = transformSync(text, { loader: "css", target: ["chrome109", "firefox115", "safari15"] }).code;
  for (const line of printed.replace(/\/\*.*?\*\//gs, "").split("\n").map((one) => one.trim())) {
    const declaration = /^([a-z-]+):\s*(.+?);?$/.exec(line);
    if (line.startsWith("@")) {
      const [, rule, rest] = /^@([a-z-]+)\s*(.*)$/.exec(line);
      if (!bcd.css["at-rules"][rule] || !isOld(bcd.css["at-rules"][rule].__compat)) yield `@${rule}`;
      for (const [, feature] of rest.matchAll(/\(\s*([a-z-]+)\s*[:)]/g)) {
        const entry = bcd.css["at-rules"][rule]?.[feature];
        if (entry && !isOld(entry.__compat)) yield `@${rule} (${feature})`;
      }
      if (/\(\s*[a-z-]+\s*[<>]/.test(rest)) yield `@${rule} with < or >`;
    } else if (/[{,]$/.test(line) && !declaration) {
      for (const [, colons, name] of line.matchAll(/(::?)([a-z-]+)/g)) {
        const entry = bcd.css.selectors[name];
        if (!name.startsWith("-webkit-") && (!entry || !isOld(entry.__compat))) yield colons + name;
      }
      if (line.includes("&")) yield "nesting";
    } else if (declaration) yield* inDeclaration(declaration[1], declaration[2]);
  }
}

/** What our scripts themselves name so: `.hour` of their own record is no business of Temporal's. */
function ownNames(scripts) {
  const text = scripts.join("\n");
  const code = scripts.map(printed).join("\n");
  const all = (where, pattern) => [...where.matchAll(pattern)].flatMap(([, names]) => names.match(/[A-Za-z]\w*/g) ?? []);
  return {
    methods: new Set(all(code, /^\s+(?:static |async |get |set |\*)*(\w+)\(.*\) \{$/gm)),
    properties: new Set([...all(text, /@property \{.*?\} \[?(\w+)/g), ...all(text, /\b(\w+)\??:/g), ...all(code, /^\s+(\w+)(?: =|;)/gm), ...all(code, /\bthis\.(\w+) =/g), ...all(text, /\{((?:\s*\w+,?)+)\s*\}/g)]),
    variables: new Set([...all(code, /\b(?:function|class|const|let|var)\*? (\w+)/g), ...all(code, /(?:import|const|let) \{([^}]*)\}/g), ...all(code, /\(([^()]*)\) (?:=>|\{)/g), ...all(code, /(\w+) =>/g)]),
  };
}

/** Through esbuild once: comments are gone, strings are empty, and all code is printed in one way. */
function printed(text) {
  const { code } = transformSync(text, { loader: "js", legalComments: "none", target: "esnext" });
  return code.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');
}

function* inScript(text, own) {
  const code = printed(text);
  if (/\(\?<[=!]/.test(code)) yield "lookbehind in a pattern";
  for (const [, owner, name] of code.matchAll(/(?<![\w$.])([A-Z]\w*)\.([A-Za-z]\w*)/g)) {
    const home = bcd.api[owner] ?? builtins[owner] ?? builtins.Intl[owner];
    const entry = home?.[`${name}_static`] ?? home?.[name];
    if (entry && !isOld(entry.__compat)) yield `${owner}.${name}`;
  }
  for (const [, name, call] of code.matchAll(/\.([A-Za-z]\w*)(\??\.?\()?/g)) {
    if (!(call ? own.methods : own.properties).has(name) && isNew(members.get(name))) yield `.${name}`;
  }
  for (const [, name] of code.matchAll(/(?<![\w$.])([A-Za-z]\w*)\b(?!\s*:)/g)) {
    const entry = bcd.api[name]?.__compat ?? builtins[name]?.__compat ?? bcd.api.Window[name]?.__compat;
    if (entry && !isOld(entry) && !own.variables.has(name)) yield name;
  }
}

let count = 0;
const files = new Map(process.argv.slice(2).map((file) => [file, readFileSync(file, "utf8")]));
const own = ownNames([...files].filter(([file]) => extname(file) === ".js").map(([, text]) => text));
for (const [file, text] of files) {
  const waived = [...text.matchAll(/baseline: ([^:]+): \S/g)].flatMap(([, names]) => names.split(", "));
  for (const what of new Set(extname(file) === ".css" ? inStyle(text) : inScript(text, own))) {
    if (what in ENHANCEMENTS || waived.includes(what)) continue;
    count += 1;
    console.log(`${file}: ${what}`);
  }
}
process.exitCode = count > 0 ? 1 : 0;
