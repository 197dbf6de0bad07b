// Writes allocator/report/html/data/outlines.json: the countries of Europe and around it, in whole pixels of an
// equal-area projection. Borders that two countries share are simplified once, so that no gap opens between them.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { mergeArcs } from "topojson-client";

const require = createRequire(import.meta.url);
const topology = JSON.parse(readFileSync(require.resolve("world-atlas/countries-50m.json"), "utf8"));

// Lambert azimuthal equal-area: centre in degrees, kilometres a pixel, and the pixel of the centre.
const VIEW = { latitude: 50, longitude: 20, kilometres: 5, x: 510, y: 480, width: 940, height: 810 };
const RADIUS = 6371;
const TOLERANCE = 0.8; // pixels by which a border may be displaced
const LEAST = 6; // smallest island, in square pixels

const CODES = {
  "008": "ALB", "012": "DZA", "020": "AND", "031": "AZE", "040": "AUT", "051": "ARM", "056": "BEL", "070": "BIH",
  "100": "BGR", "112": "BLR", "191": "HRV", "196": "CYP", "203": "CZE", "208": "DNK", "233": "EST", "234": "FRO",
  "246": "FIN", "250": "FRA", "268": "GEO", "276": "DEU", "300": "GRC", "304": "GRL", "348": "HUN", "352": "ISL",
  "364": "IRN", "368": "IRQ", "372": "IRL", "376": "ISR", "380": "ITA", "398": "KAZ", "400": "JOR", "422": "LBN",
  "428": "LVA", "434": "LBY", "440": "LTU", "442": "LUX", "470": "MLT", "498": "MDA", "499": "MNE", "504": "MAR",
  "528": "NLD", "578": "NOR", "616": "POL", "620": "PRT", "642": "ROU", "643": "RUS", "682": "SAU", "688": "SRB",
  "703": "SVK", "705": "SVN", "724": "ESP", "752": "SWE", "756": "CHE", "760": "SYR", "788": "TUN", "792": "TUR",
  "804": "UKR", "807": "MKD", "818": "EGY", "826": "GBR", "833": "IMN",
};
const NAMES = { Kosovo: "XKX", "N. Cyprus": "CYP" }; // without a number; the north of Cyprus is drawn as Cyprus's

function project([longitude, latitude]) {
  const radians = Math.PI / 180;
  const [phi, phi1] = [latitude * radians, VIEW.latitude * radians];
  const lambda = (longitude - VIEW.longitude) * radians;
  const cosine = Math.sin(phi1) * Math.sin(phi) + Math.cos(phi1) * Math.cos(phi) * Math.cos(lambda);
  const k = Math.sqrt(2 / Math.max(1e-3, 1 + cosine)) * RADIUS / VIEW.kilometres;
  const x = k * Math.cos(phi) * Math.sin(lambda);
  const y = k * (Math.cos(phi1) * Math.sin(phi) - Math.sin(phi1) * Math.cos(phi) * Math.cos(lambda));
  return [VIEW.x + x, VIEW.y - y];
}

function decoded(arc) {
  const { scale, translate } = topology.transform;
  let [x, y] = [0, 0];
  return arc.map(([dx, dy]) => {
    [x, y] = [x + dx, y + dy];
    return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
  });
}

function simplified(points) {
  if (points.length < 3) return points;
  const [first, last] = [points[0], points.at(-1)];
  const [dx, dy] = [last[0] - first[0], last[1] - first[1]];
  const length = Math.hypot(dx, dy);
  let [worst, at] = [-1, 0];
  for (let i = 1; i < points.length - 1; i++) {
    const [x, y] = [points[i][0] - first[0], points[i][1] - first[1]];
    const away = length ? Math.abs(x * dy - y * dx) / length : Math.hypot(x, y);
    if (away > worst) [worst, at] = [away, i];
  }
  if (worst <= TOLERANCE) return [first, last];
  return [...simplified(points.slice(0, at + 1)), ...simplified(points.slice(at)).slice(1)];
}

const arcs = topology.arcs.map((arc) => simplified(decoded(arc).map(project)));

function ring(indices) {
  return indices.flatMap((index) => {
    const points = index < 0 ? [...arcs[~index]].reverse() : arcs[index];
    return points.slice(1);
  });
}

function clipped(points) {
  const edges = [
    [(p) => p[0] >= 0, 0, 0], [(p) => p[0] <= VIEW.width, 0, VIEW.width],
    [(p) => p[1] >= 0, 1, 0], [(p) => p[1] <= VIEW.height, 1, VIEW.height],
  ];
  return edges.reduce((subject, [inside, axis, at]) => {
    const kept = [];
    subject.forEach((here, i) => {
      const before = subject.at(i - 1);
      const share = (at - before[axis]) / (here[axis] - before[axis]);
      const crossing = [0, 1].map((k) => (k === axis ? at : before[k] + share * (here[k] - before[k])));
      if (inside(here) !== inside(before)) kept.push(crossing);
      if (inside(here)) kept.push(here);
    });
    return kept;
  }, points);
}

function path(polygons) {
  const parts = [];
  for (const rings of polygons) {
    for (const indices of rings) {
      const points = clipped(ring(indices)).map((point) => point.map(Math.round));
      const corners = points.filter((p, i) => i === 0 || p[0] !== points[i - 1][0] || p[1] !== points[i - 1][1]);
      const area = corners.reduce((sum, [x, y], i) => {
        const [a, b] = corners.at(i - 1);
        return sum + a * y - x * b;
      }, 0) / 2;
      if (corners.length < 3 || Math.abs(area) < LEAST) continue;
      const steps = corners.slice(1).map(([x, y], i) => `${x - corners[i][0]},${y - corners[i][1]}`);
      parts.push(`M${corners[0].join(",")}l${steps.join(" ")}z`);
    }
  }
  return parts.join("");
}

const polygonsOf = (g) => (g.type === "Polygon" ? [g.arcs] : g.arcs);

function contains(rings, [x, y]) {
  const points = rings[0].flatMap((i) => decoded(topology.arcs[i < 0 ? ~i : i]));
  const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
  return Math.min(...xs) < x && x < Math.max(...xs) && Math.min(...ys) < y && y < Math.max(...ys);
}

const found = {};
for (const geometry of topology.objects.countries.geometries) {
  const code = CODES[geometry.id] ?? NAMES[geometry.properties.name];
  if (code) (found[code] ??= []).push(...polygonsOf(geometry));
}
// Natural Earth draws Crimea as it is controlled, a polygon of Russia's; the United Nations hold it to be Ukraine's.
const crimea = found.RUS.filter((rings) => contains(rings, [34.2, 45.3]) && rings[0].length < 5);
if (crimea.length !== 1) throw new Error(`expected one polygon for Crimea, found ${crimea.length}`);
found.RUS = found.RUS.filter((rings) => rings !== crimea[0]);
found.UKR.push(crimea[0]);

const shapes = {};
for (const [code, polygons] of Object.entries(found).sort()) {
  const merged = ["UKR", "CYP"].includes(code)
    ? mergeArcs(topology, [{ type: "MultiPolygon", arcs: polygons }]).arcs : polygons;
  const drawn = path(merged);
  if (drawn) shapes[code] = drawn;
}
const target = new URL("../../../allocator/report/html/data/outlines.json", import.meta.url);
writeFileSync(target, JSON.stringify({ view: VIEW, radius: RADIUS, shapes }, null, 0).replaceAll('","', '",\n"') + "\n");
console.log(Object.keys(shapes).length, "outlines");
