// Links modules of WESL, each job's by their paths, and prints the WGSL or the error, as JSON. Copied next to its
// node_modules and run there.
import { readFileSync } from "node:fs";
import { link } from "wesl/core";

const found = {};
for (const [name, job] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  const libs = Object.entries(job.packages).map(([name, modules]) => ({ name, edition: "unstable_2025_1", modules }));
  try {
    const linked = await link({ weslSrc: job.modules, rootModuleName: job.root, constants: job.constants, libs });
    found[name] = { wgsl: linked.dest };
  } catch (error) {
    found[name] = { error: String(error) };
  }
}
process.stdout.write(JSON.stringify(found));
