// Puts the plugin, its manifest and the engine that runs it into one component.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { componentize } from "@bytecodealliance/componentize-js";

const manifest = await readFile("manifest.json", "utf8");
const { key } = JSON.parse(manifest);

// What the component exports: the manifest as it is, and `run` of src/plugin.js.
const entry = `import * as plugin from "../src/plugin.js";
import { answer } from "../sdk/hub.js";
export const guest = {
  describe: () => ${JSON.stringify(manifest)},
  run: (job) => answer(plugin.run, job),
};
`;
await mkdir("dist", { recursive: true });
await writeFile("dist/entry.js", entry);

const { component } = await componentize({
  sourcePath: "dist/entry.js",
  witPath: "sdk/wit",
  worldName: "plugin",
  // A plugin has no clock, chance, network or output but the hub's. With all of these off, it asks for nothing else.
  disableFeatures: ["clocks", "fetch-event", "http", "random", "stdio"],
});
await writeFile(`dist/${key}.wasm`, component);
console.error(`dist/${key}.wasm: ${Math.ceil(component.length / 1024)} KB`);
