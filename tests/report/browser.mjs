// Opens pages in Chromium and prints, as JSON, what it reports of each: messages, requests, barriers that axe finds.
// Of the first page it takes every look, of the others one. node browser.mjs CHROMIUM PACKAGES PAGE...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [executablePath, packages, ...pages] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
  "--disable-background-networking", "--disable-component-update"];
const LOOKS = [
  ["light", 1280, "screen"], ["dark", 390, "screen"], ["light", 688, "print"], // A4 less its margins is 688 wide
];

const browser = await chromium.launch({ executablePath, args });
const looks = [];
for (const [at, path] of pages.entries()) {
  const address = pathToFileURL(path).href;
  for (const [scheme, width, media] of at === 0 ? LOOKS : [LOOKS[1]]) {
    const options = { viewport: { width, height: 900 }, colorScheme: scheme };
    const page = await (await browser.newContext(options)).newPage();
    const [messages, requests] = [[], []];
    page.on("console", (message) => messages.push(message.text()));
    page.on("pageerror", (error) => messages.push(String(error)));
    page.on("request", (request) => request.url().startsWith("data:") || requests.push(request.url()));
    await page.emulateMedia({ media });
    await page.goto(address, { waitUntil: "load" });
    const title = await page.title();
    const [overflow, answer_ends] = await page.evaluate(() => [
      document.documentElement.scrollWidth - innerWidth,
      document.getElementById("answer").getBoundingClientRect().bottom + scrollY,
    ]);
    // axe is a script: the policy would stop it, so it looks at the page without the policy, with all folds open.
    const open = await (await browser.newContext({ ...options, bypassCSP: true })).newPage();
    await open.emulateMedia({ media });
    await open.goto(address, { waitUntil: "load" });
    const title_without_policy = await open.title();
    await open.evaluate(() => document.querySelectorAll("details").forEach((fold) => { fold.open = true; }));
    await open.addScriptTag({ content: axe });
    const found = await open.evaluate(() => axe.run());
    const barriers = found.violations
      .filter((each) => ["serious", "critical"].includes(each.impact))
      .map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 200)}`);
    looks.push({ page: path, scheme, width, media, messages, requests, title, title_without_policy, overflow,
      answer_ends, barriers });
    await page.context().close();
    await open.context().close();
  }
}
await browser.close();
console.log(JSON.stringify(looks));
