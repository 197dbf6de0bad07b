"use strict";
// The live page. All text goes in through textContent; all widths through the object model, which the policy allows.

const PAUSE = 25; // milliseconds between a move and its question, so that a drag does not ask at every pixel
const MOST_RUNS = 12;
const MARKS = { "proved": "proved", "best found": "found", "at most": "most", "free": "free" };

const element = (id) => document.getElementById(id);
const page = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const controls = new Map(); // name -> control, with its position and the elements that show it
let runs = [];
let asking = null; // the question in hand
let timer = 0;
let last = "";

function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function setMark(span, mark) {
  span.hidden = !mark;
  span.className = `mark ${MARKS[mark] ?? ""}`;
  span.textContent = mark ?? "";
}

function setWidth(node, share) {
  node.style.width = `${100 * Math.min(1, Math.max(0, share ?? 0))}%`;
}

// Controls

function draw(head) {
  document.title = `${head.title} – allocator explore`;
  element("title").textContent = head.title;
  element("question").textContent = head.question;
  element("nations-cost").textContent = `Own cost, ${head.currency}`;
  document.querySelectorAll("#build-up .money").forEach((each) => { each.textContent += `, ${head.currency}`; });
  const narrow = matchMedia("(max-width: 760px)").matches;
  const groups = new Map();
  for (const control of head.controls) {
    if (!groups.has(control.group)) groups.set(control.group, []);
    groups.get(control.group).push(control);
  }
  for (const [group, members] of groups) {
    const folded = members.length > 12 && !members.some((control) => control.kind === "nation");
    const box = make("details", { className: "group", open: !folded && !(narrow && groups.keys().next().value !== group) },
      make("summary", { textContent: group }));
    if (group === "Money") box.append(make("p", { className: "quiet", textContent: `Budgets are for the whole horizon, ${head.months}.` }));
    fill(box, members, head.groups);
    element("groups").append(box);
  }
}

function fill(box, members, groups) {
  let under = "";
  for (const control of members.filter((each) => each.kind === "range")) {
    if (control.under !== under) {
      under = control.under;
      box.append(make("p", { className: "under", textContent: under }));
    }
    box.append(slider(control));
  }
  const nations = members.filter((each) => each.kind === "nation");
  if (nations.length) {
    box.append(picker(nations, groups));
    box.append(make("div", { className: "checks", role: "group", "aria-label": "Nations that take part" }, ...nations.map(check)));
  }
  const switches = members.filter((each) => each.kind === "switch");
  if (switches.length) box.append(make("div", { className: "checks one" }, ...switches.map(check)));
}

function slider(control) {
  const id = `control-${controls.size}`;
  const input = make("input", { type: "range", id, min: 0, max: control.shown.length - 1, step: 1, value: control.at });
  const output = make("output", { htmlFor: id });
  output.setAttribute("for", id);
  const label = make("label", { textContent: control.label });
  label.setAttribute("for", id);
  const box = make("div", { className: "control" }, make("div", { className: "names" }, label, output), input);
  keep(control, box, () => {
    input.value = control.position;
    output.textContent = control.shown[control.position];
    input.setAttribute("aria-valuetext", control.shown[control.position]);
  });
  input.addEventListener("input", () => move(control, Number(input.value)));
  return box;
}

function check(control) {
  const id = `control-${controls.size}`;
  const input = make("input", { type: "checkbox", id });
  if (control.kind === "switch") input.setAttribute("role", "switch");
  const label = make("label", { textContent: control.label });
  label.setAttribute("for", id);
  const box = make("div", { className: "check" }, input, label);
  keep(control, box, () => { input.checked = control.position === 1; });
  input.addEventListener("change", () => move(control, input.checked ? 1 : 0));
  return box;
}

function keep(control, box, show) {
  control.position = control.at;
  control.show = () => {
    show();
    box.classList.toggle("moved", control.position !== control.at);
  };
  controls.set(control.name, control);
  control.show();
}

function picker(nations, groups) {
  const select = make("select", { id: "pick" }, make("option", { value: "", textContent: "choose …" }),
    make("option", { value: "*", textContent: "everyone" }), make("option", { value: "-", textContent: "nobody" }));
  for (const group of Object.keys(groups)) select.append(make("option", { value: `g ${group}`, textContent: group }));
  select.addEventListener("change", () => {
    const inside = select.value.startsWith("g ") ? groups[select.value.slice(2)] : [];
    for (const control of nations) {
      control.position = select.value === "*" || inside.includes(control.name) ? 1 : 0;
      control.show();
    }
    if (select.value) ask();
    select.value = "";
  });
  const label = make("label", { textContent: "Set all to" });
  label.setAttribute("for", "pick");
  return make("div", { className: "pick" }, label, select);
}

function move(control, position) {
  control.position = position;
  control.show();
  if (control.kind !== "nation") last = control.name;
  clearTimeout(timer);
  if (asking) asking.stop.abort(); // the solve in hand ends with the move
  timer = setTimeout(ask, PAUSE);
}

function moves() {
  const found = {};
  for (const control of controls.values()) if (control.position !== control.at) found[control.name] = control.position;
  return found;
}

function described(moved) {
  const parts = [];
  for (const [name, position] of Object.entries(moved)) {
    const control = controls.get(name);
    if (control.kind === "nation") parts.push(`${position ? "with" : "without"} ${control.label}`);
    else if (control.kind === "switch") parts.push(`${control.label} ${control.shown[position]}`);
    else parts.push(`${control.under ? `${control.under}, ` : ""}${control.label}: ${control.shown[position]}`);
  }
  return parts.join("; ");
}

function set(moved) {
  for (const control of controls.values()) {
    control.position = moved[control.name] ?? control.at;
    control.show();
  }
  ask();
}

// Questions and answers

async function ask() {
  clearTimeout(timer);
  if (asking) asking.stop.abort();
  const own = { stop: new AbortController(), moves: moves(), answer: null, working: "", began: performance.now(), first: null };
  asking = own;
  element("changes").textContent = described(own.moves) || "Nothing is changed.";
  element("reset").disabled = Object.keys(own.moves).length === 0;
  element("progress").textContent = "Looking …";
  element("detail").classList.add("waiting");
  try {
    const response = await fetch("answer", {
      method: "POST", headers: { "content-type": "application/json" }, signal: own.stop.signal,
      body: JSON.stringify({ page, moves: own.moves, last }),
    });
    if (!response.ok) throw new Error((await response.text()).trim());
    await read(response.body.getReader(), own);
  } catch (error) {
    if (own !== asking || error.name === "AbortError") return;
    const lost = error instanceof TypeError;
    refuse(lost ? "The server does not answer. Start allocator explore again and open the address that it prints." : error.message);
  }
}

async function read(reader, own) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (own !== asking) return;
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) take(JSON.parse(line), own);
  }
}

function take(event, own) {
  const kinds = { asked, warnings, answer, status, chance, ways, refused, end };
  kinds[event.kind]?.(event, own);
}

function asked(event) {
  element("command").textContent = event.command;
  element("sweep").textContent = event.sweep;
}

function warnings(event) {
  list("warnings", event.lines);
  element("warned").hidden = event.lines.length === 0;
}

function answer(event, own) {
  own.answer = event;
  own.first ??= event.seconds;
  element("refusal").hidden = true;
  element("no-plan").hidden = true;
  headline(event.headline);
  known(event.found);
  element("chance").textContent = "";
  own.working = event.working;
  tick();
  if (!event.found) return;
  element("detail").classList.remove("waiting");
  rows("coverage", event.coverage.map((row) => [
    head(row.name), bar(row.share), figure(row.text), figure(row.lines)]));
  element("missing-part").hidden = event.missing.rows.length === 0;
  rows("missing", event.missing.rows.map((row) => [
    make("th", { scope: "row" }, row.what, make("span", { className: "unit", textContent: ` ${row.unit}` })),
    cell(row.where), figure(row.text)]));
  element("missing-more").textContent = event.missing.more;
  buildUp(event.build_up);
  rows("measures", event.measures.map((row) => {
    const span = make("span");
    setMark(span, row.mark);
    return [head(row.name), cell(row.text), make("td", {}, span, row.bound ? ` ${row.bound}` : "")];
  }));
  setMark(element("who-mark"), event.who);
  element("sums").textContent = event.sums;
  rows("nations", event.nations.flatMap((row) => [
    [head(row.name), figure(row.people), figure(row.cost), figure(row.burden)],
    [make("td", { colSpan: 4, className: "sends", textContent: row.sends.join("; ") || "pays, and sends nobody" })]]));
}

function buildUp(found) {
  element("build-up").hidden = !found;
  if (!found) return;
  element("orders").hidden = found.orders.length === 0;
  element("no-orders").hidden = found.orders.length > 0;
  rows("orders", found.orders.map((row) => [
    head(row.name), figure(row.units), wide(figure(row.nations)), cell(row.ordered), cell(row.ready), figure(row.cost)]));
  const works = found.periods.some((row) => row.delivered);
  document.querySelector("#periods .delivered").hidden = !works;
  rows("periods", found.periods.map((row) => [
    head(row.name), row.share === null ? wide(cell("")) : bar(row.share), figure(row.text), figure(row.money), ...(works ? [cell(row.delivered)] : [])]));
}

function known(found) {
  element("known").hidden = element("who").hidden = !found;
  if (!found) element("sums").textContent = "";
}

function tick() {
  if (asking && asking.working) {
    element("progress").textContent = `${asking.working}, ${((performance.now() - asking.began) / 1000).toFixed(1)} s.`;
  }
}

function headline(head) {
  element("share").textContent = head.text ?? "–";
  setMark(element("share-mark"), head.share === null ? null : head.mark);
  element("sentence").textContent = head.sentence;
  setWidth(element("bar-fill"), head.share);
  setWidth(element("bar-room"), head.at_most);
  const most = head.at_most === null ? "" : `, at most ${(100 * head.at_most).toFixed(1)} %`;
  element("bar").setAttribute("aria-label", head.share === null ? `Nothing is found yet${most}` : `${head.text} covered${most}`);
}

function status(event, own) {
  own.working = "";
  const first = own.first === null || !own.answer?.found ? "" : ` First answer after ${own.first.toFixed(2)} s.`;
  element("progress").textContent = `${sentence(event.text)} ${event.seconds.toFixed(1)} s.${first}`;
  element("detail").classList.remove("waiting");
  for (const text of event.warnings) element("warnings").append(make("li", { textContent: text }));
  if (event.warnings.length) element("warned").hidden = false;
  if (own.answer && own.answer.found) {
    keepRun(own);
    say(`${own.answer.headline.text} covered, ${own.answer.headline.mark}. ${own.answer.sums}`);
    return;
  }
  headline({ text: "No plan", share: null, at_most: null, sentence: "" });
  setMark(element("share-mark"), event.status === "infeasible" ? "proved" : null);
  known(false);
  say(event.text);
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function chance(event) {
  element("chance").textContent = event.text;
  setMark(element("who-mark"), event.mark);
}

function ways(event) {
  list("ways", event.lines);
  element("no-plan").hidden = event.lines.length === 0;
}

function refused(event) {
  refuse(event.text);
}

function refuse(text) {
  headline({ text: "–", share: null, at_most: null, sentence: "" });
  known(false);
  if (asking) asking.working = "";
  element("progress").textContent = "";
  element("refusal").textContent = text;
  element("refusal").hidden = false;
}

function end() {
  element("detail").classList.remove("waiting");
}

function say(text) {
  element("live").textContent = text;
}

// Tables and lists

function cell(text) {
  return make("td", { textContent: text });
}

function head(text) {
  return make("th", { scope: "row", textContent: text });
}

function figure(text, unit) {
  const made = make("td", { className: "figure", textContent: text });
  if (unit) made.append(make("span", { className: "narrow-only", textContent: ` ${unit}` })); // where there are no headings
  return made;
}

function wide(made) {
  made.classList.add("wide-only");
  return made;
}

function bar(share) {
  const inner = make("div", { className: "fill" });
  setWidth(inner, share);
  return make("td", { className: "wide-only" }, make("div", { className: "bar small", "aria-hidden": "true" }, inner));
}

function rows(table, cells) {
  element(table).tBodies[0].replaceChildren(...cells.map((row) => make("tr", {}, ...row)));
}

function list(id, lines) {
  element(id).replaceChildren(...lines.map((line) => make("li", { textContent: line })));
}

// Runs and what is saved

function keepRun(own) {
  const key = JSON.stringify(Object.entries(own.moves).sort());
  const run = { key, moves: own.moves, short: own.answer.short, mark: own.answer.headline.mark };
  const at = runs.findIndex((other) => other.key === key);
  if (at >= 0) runs[at] = run;
  else runs.push(run);
  if (runs.length > MOST_RUNS) runs.splice(1, 1); // the first, from which all start, stays
  drawRuns(key);
}

function drawRuns(now) {
  element("runs").hidden = runs.length === 0;
  rows("runs", runs.map((run) => {
    const name = described(run.moves) || "As asked";
    const span = make("span");
    setMark(span, run.mark);
    const back = make("button", { type: "button", textContent: "Back to it", "aria-label": `Back to it: ${name}` });
    const away = make("button", { type: "button", textContent: "Remove", "aria-label": `Remove: ${name}` });
    back.addEventListener("click", () => set(run.moves));
    away.addEventListener("click", () => {
      runs = runs.filter((other) => other !== run);
      drawRuns(now);
    });
    return [head(name), make("td", { className: "figure" }, `${run.short.share} `, span), figure(run.short.nations, "nations"),
      figure(run.short.people, "people"), figure(run.short.cost, "a year"), make("td", { className: "figure" }, back, " ", away)];
  }));
  [...element("runs").tBodies[0].rows].forEach((row, at) => row.classList.toggle("now", runs[at].key === now));
}

async function copy(id) {
  const text = element(id).textContent;
  try {
    await navigator.clipboard.writeText(text);
    element("copied").textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(element(id));
    element("copied").textContent = "The browser does not let this page copy; the text is selected.";
  }
}

function download() {
  const address = URL.createObjectURL(new Blob([element("sweep").textContent], { type: "application/toml" }));
  make("a", { href: address, download: "explored.toml" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

async function begin() {
  const response = await fetch("start");
  draw(await response.json());
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => copy(button.dataset.copy));
  }
  element("download").addEventListener("click", download);
  element("reset").addEventListener("click", () => set({}));
  element("controls").addEventListener("submit", (event) => event.preventDefault());
  setInterval(tick, 250);
  addEventListener("pagehide", () => navigator.sendBeacon("leave", page));
  addEventListener("pageshow", (event) => { if (event.persisted) ask(); });
  await ask();
}

begin();
