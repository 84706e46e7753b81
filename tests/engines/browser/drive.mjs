// Opens pages in headless Chromium, one after the other, with three.js and a folder of files served by request
// interception: no port, no network. Prints what each finds, as JSON. Copied next to its node_modules and run there.
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import puppeteer from "puppeteer-core";

const [, , browserPath, folder, profile, ...pages] = process.argv;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".glsl": "text/plain" };
const ORIGIN = "http://localhost"; // one that may use WebGPU

function answer(url) {
  const path = decodeURIComponent(new URL(url).pathname);
  if (pages.includes(path.slice(1))) return path.slice(1);
  if (path.startsWith("/three/")) return join("node_modules", path);
  return join(folder, path);
}

const browser = await puppeteer.launch({
  executablePath: browserPath,
  userDataDir: profile,
  args: [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan", // without, a canvas of WebGPU cannot be read
    "--use-vulkan=swiftshader",
    "--disable-dev-shm-usage",
  ],
});
try {
  const answers = {};
  for (const name of pages) {
    const page = await browser.newPage();
    const complaints = [];
    page.on("console", (message) => {
      const slow = message.text().includes("GPU stall due to ReadPixels"); // so it is
      if (["warn", "error"].includes(message.type()) && !slow) complaints.push(message.text());
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
    await page.goto(`${ORIGIN}/${name}`);
    answers[name] = { found: await page.evaluate(() => window.found), complaints };
    await page.close();
  }
  process.stdout.write(JSON.stringify(answers));
} finally {
  await browser.close();
}
