// Opens page.html in headless Chromium, with three.js and a folder of files served by request interception: no port,
// no network. Prints what the page finds, as JSON. Copied next to its node_modules and run there.
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import puppeteer from "puppeteer-core";

const [, , browserPath, page_file, folder, profile] = process.argv;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".glsl": "text/plain" };
const ORIGIN = "http://noise.test";

function answer(url) {
  const path = decodeURIComponent(new URL(url).pathname);
  if (path === "/") return page_file;
  if (path.startsWith("/three/")) return join("node_modules", path);
  return join(folder, path);
}

const browser = await puppeteer.launch({
  executablePath: browserPath,
  userDataDir: profile,
  args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-dev-shm-usage"],
});
try {
  const page = await browser.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (["warn", "error"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const file = request.url().startsWith(ORIGIN) ? answer(request.url()) : "";
    if (!existsSync(file)) {
      request.respond({ status: 404, body: "" });
    } else {
      request.respond({ contentType: TYPES[extname(file)] ?? "application/octet-stream", body: readFileSync(file) });
    }
  });
  await page.goto(`${ORIGIN}/`);
  const found = await page.evaluate(() => window.found);
  process.stdout.write(JSON.stringify({ found, complaints }));
} finally {
  await browser.close();
}
