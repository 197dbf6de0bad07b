// Writes allocator/report/html/data/symbols.json: frames, icons and echelon marks of NATO APP-6 (friendly), from which
// a page puts together the symbol of a twenty-digit code. Each is a list of shapes: [tag, attributes, text].
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ms from "milsymbol";

const SETS = { "01": "air", "05": "space", 10: "landunit", 15: "landequipment", 30: "sea", 35: "subsurface" };
const ATTRIBUTES = ["d", "cx", "cy", "r", "x", "y", "x1", "y1", "x2", "y2", "points", "rx", "ry", "width", "height",
  "transform", "stroke-width", "stroke", "fill", "stroke-dasharray", "text-anchor", "font-size", "font-weight",
  "stroke-linecap", "stroke-linejoin"];

const source = join(dirname(createRequire(import.meta.url).resolve("milsymbol/package.json")), "src/numbersidc/sidc");
const code = (set, echelon, entity) => `100${3}${set}00${echelon}${entity}0000`;

function shapes(sidc, options) {
  const symbol = new ms.Symbol(sidc, { size: 100, ...options });
  const svg = symbol.asSVG();
  const found = [];
  const groups = [];
  for (const [, closing, tag, written, own] of svg.matchAll(/<(\/?)(\w+)([^>]*?)(\/?)>/g)) {
    if (tag === "svg" || (closing && tag !== "g")) continue;
    if (closing) { groups.pop(); continue; }
    const given = Object.fromEntries([...written.matchAll(/([\w-]+)="([^"]*)"/g)].map((m) => [m[1], m[2]]));
    if (tag === "g") { if (!own) groups.push(given); continue; }
    const all = Object.assign({}, ...groups, given);
    if (all.transform === "translate(0,0)") delete all.transform;
    const kept = Object.fromEntries(Object.entries(all).filter(([name]) => ATTRIBUTES.includes(name)));
    found.push([tag, kept]);
  }
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((m) => m[1]);
  let next = 0;
  return found.map(([tag, kept]) => (tag === "text" ? [tag, kept, texts[next++]] : [tag, kept]));
}

const frames = {}, icons = {}, echelons = {};
for (const [set, file] of Object.entries(SETS)) {
  frames[set] = shapes(code(set, "00", "000000"), { icon: false });
  icons[set] = {};
  const text = readFileSync(join(source, `${file}.js`), "utf8");
  for (const entity of new Set([...text.matchAll(/sId\["(\d{6})"\]/g)].map((m) => m[1]))) {
    const drawn = shapes(code(set, "00", entity), { frame: false });
    if (drawn.length && drawn.length < 12 && JSON.stringify(drawn).length < 1500) icons[set][entity] = drawn;
  }
}
for (const echelon of ["11", "12", "13", "14", "15", "16", "17", "18", "21", "22", "23"]) {
  echelons[echelon] = shapes(code("10", echelon, "000000"), { icon: false }).slice(frames["10"].length);
}
const target = new URL("../../../allocator/report/html/data/symbols.json", import.meta.url);
writeFileSync(target, JSON.stringify({ frames, echelons, icons }).replaceAll(/("\d{6}":)/g, "\n$1") + "\n");
console.log(Object.entries(icons).map(([set, all]) => `${set}: ${Object.keys(all).length}`).join(", "));
