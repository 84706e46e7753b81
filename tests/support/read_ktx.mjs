// What ktx-parse reads of KTX2 files, as JSON by their names.
// The files come as JSON, too, in base64. Copied next to their node_modules and run there.
import { readFileSync } from "node:fs";
import * as ktx from "ktx-parse";

const files = JSON.parse(readFileSync(process.argv[2], "utf8"));
const found = {};
const formats = Object.entries(ktx).filter(([name]) => name.startsWith("VK_FORMAT_"));
for (const [name, data] of Object.entries(files)) {
  try {
    // A copy of its own: ktx-parse looks at the buffer under an array, and Node's small buffers share one.
    const container = ktx.read(new Uint8Array(Buffer.from(data, "base64")));
    const format = formats.find(([, value]) => value === container.vkFormat);
    container.vkFormatName = format?.[0].replace("VK_FORMAT_", "");
    for (const level of container.levels) {
      level.byteLength = level.levelData.byteLength;
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
