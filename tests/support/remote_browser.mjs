// Chromium, told what to do by JSON lines on stdin: [method, ...arguments]; each is answered by a line on stdout.
// Copied next to its node_modules and run there.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const [, , browserPath, profile, ...options] = process.argv;
const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const browser = await puppeteer.launch({
  executablePath: browserPath,
  userDataDir: profile,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb", "--hide-scrollbars", ...options],
});

let page = null;
let complaints = [];
let requests = [];

const methods = {
  // A new page; what is complained of and asked for is gathered from its start.
  async open(url, { width = 1280, height = 900, scale = 1, dark = false, still = false, touch = false, script = true } = {}) {
    await page?.close();
    [complaints, requests] = [[], []];
    page = await browser.newPage();
    await page.setJavaScriptEnabled(script);
    page.on("console", (message) => {
      if (["warn", "error"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => requests.push(request.url()));
    await methods.screen({ width, height, scale, touch });
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
      { name: "prefers-reduced-motion", value: still ? "reduce" : "no-preference" },
    ]);
    const answer = await page.goto(url);
    return answer?.status();
  },
  screen: ({ width = 1280, height = 900, scale = 1, touch = false }) =>
    page.setViewport({ width, height, deviceScaleFactor: scale, hasTouch: touch, isMobile: touch }),
  evaluate: (code) => page.evaluate(code),
  until: (code, seconds) => page.waitForFunction(code, { timeout: 1000 * seconds }).then(() => true),
  click: (selector) => page.locator(selector).click(),
  tap: (selector) => page.tap(selector),
  press: (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve()),
  type: (text) => page.keyboard.type(text),
  drag: async ([x, y], [toX, toY]) => {
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(toX, toY, { steps: 5 });
    await page.mouse.up();
  },
  shot: (path, options = {}) => page.screenshot({ path, ...options }).then(() => path),
  complaints: () => complaints,
  requests: () => requests,
  // What axe-core finds of the graver kinds: rule, the first place, why.
  async axe() {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    const grave = violations.filter((one) => ["serious", "critical"].includes(one.impact));
    return grave.map((one) => `${one.id}: ${one.nodes.length}x, ${one.nodes[0].target}: ${one.nodes[0].failureSummary}`);
  },
};

try {
  for await (const line of createInterface({ input: process.stdin })) {
    const [method, ...given] = JSON.parse(line);
    let answer;
    try {
      answer = { value: (await methods[method](...given)) ?? null };
    } catch (error) {
      answer = { error: String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
} finally {
  await browser.close();
}
