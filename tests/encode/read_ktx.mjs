// What ktx-parse reads of each KTX2 file in a folder, as JSON by their names. Copied next to its node_modules and run there.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as ktx from "ktx-parse";

const folder = process.argv[2];
const found = {};
const formats = Object.entries(ktx).filter(([name]) => name.startsWith("VK_FORMAT_"));
for (const name of readdirSync(folder)) {
  try {
    // A copy of its own: ktx-parse looks at the buffer under an array, and Node's small files share one.
    const container = ktx.read(new Uint8Array(readFileSync(join(folder, name))));
    const format = formats.find(([, value]) => value === container.vkFormat);
    container.vkFormatName = format?.[0].replace("VK_FORMAT_", "");
    for (const level of container.levels) {
      level.levelData = Buffer.from(level.levelData).toString("base64");
    }
    for (const [key, value] of Object.entries(container.keyValue)) {
      if (typeof value !== "string") {
        container.keyValue[key] = Array.from(value);
      }
    }
    found[name] = container;
  } catch (error) {
    found[name] = { error: String(error) };
  }
}
process.stdout.write(JSON.stringify(found));
