// Writes src/generated/frames.ts from the JSON Schemas of the wire contract. A test compares.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { compile } from "json-schema-to-typescript";

const schemas = new URL("../../../schemas/generated/", import.meta.url);
export const target = fileURLToPath(new URL("../src/generated/frames.ts", import.meta.url));

const banner = `// Written by \`npm run generate\` from schemas/generated; do not edit.

/** What a topic is about. */
export type TopicKind = "event" | "project" | "organization";
`;

/** Every type of the contract by its name. The same name in both schemas must mean the same type. */
function types() {
  const found = {};
  for (const [name, file] of [
    ["ClientFrame", "client_frame.schema.json"],
    ["ServerFrame", "server_frame.schema.json"],
  ]) {
    const { $schema: _, $defs = {}, ...frame } = JSON.parse(readFileSync(new URL(file, schemas), "utf8"));
    for (const [key, type] of Object.entries({ ...$defs, [name]: frame })) {
      if (found[key] && !isDeepStrictEqual(found[key], type)) throw new Error(`two types are named ${key}`);
      found[key] = type;
    }
  }
  found.Topic = { description: "The text form of a topic.", tsType: "`${TopicKind}:${string}`" };
  return Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * References become names: the compiler would write a type out again wherever a reference stands beside a
 * description. A schema that says nothing but a description is any JSON.
 */
function named(schema) {
  if (Array.isArray(schema)) return schema.map(named);
  if (schema === null || typeof schema !== "object") return schema;
  const { $ref, ...rest } = schema;
  if ($ref) return { ...rest, tsType: $ref.slice("#/$defs/".length) };
  if (Object.keys(rest).join() === "description" && typeof rest.description === "string") {
    return { ...rest, tsType: "unknown" };
  }
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, named(value)]));
}

/** The text of src/generated/frames.ts. */
export async function frames() {
  const parts = [banner];
  for (const [name, { title: _, ...type }] of types()) {
    const options = { additionalProperties: false, bannerComment: "", style: { printWidth: 120 } };
    parts.push(await compile(named(type), name, options));
  }
  return parts.join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, await frames());
