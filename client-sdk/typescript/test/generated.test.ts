import { readdirSync, readFileSync } from "node:fs";
import { decode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { decodeFrame, encodeFrame } from "../src/codec.js";
import type { ClientFrame } from "../src/generated/frames.js";
import { frames, target } from "../scripts/generate.mjs";

const vectors = new URL("../../../schemas/vectors/", import.meta.url);
const golden = readdirSync(vectors).map((file) => {
  const { frame, msgpack } = JSON.parse(readFileSync(new URL(file, vectors), "utf8")) as {
    frame: ClientFrame;
    msgpack: string;
  };
  return { file, frame, bytes: new Uint8Array(Buffer.from(msgpack, "hex")) };
});

it("holds the types of the contract as it is now", async () => {
  expect(readFileSync(target, "utf8"), "run `npm run generate`").toBe(await frames());
});

describe("golden frames", () => {
  it("are all there", () => {
    expect(golden.filter(({ file }) => file.startsWith("server_")).length).toBeGreaterThanOrEqual(11);
    expect(golden.filter(({ file }) => file.startsWith("client_")).length).toBeGreaterThanOrEqual(10);
  });

  it.each(golden)("$file reads the same in both encodings", ({ frame, bytes }) => {
    expect(decodeFrame("json", JSON.stringify(frame))).toEqual(frame);
    expect(decodeFrame("msgpack", bytes)).toEqual(frame);
    expect(decodeFrame("msgpack", bytes.buffer.slice(0))).toEqual(frame);
  });

  it.each(golden.filter(({ file }) => file.startsWith("client_")))("$file is written as the hub reads it", ({ frame }) => {
    expect(JSON.parse(encodeFrame("json", frame) as string)).toEqual(frame);
    expect(decode(encodeFrame("msgpack", frame) as Uint8Array)).toEqual(frame);
  });

  it("leaves out what is undefined, in both encodings", () => {
    const frame = { type: "join", topic: "event:1", since: undefined, rate: 2 } as const;
    expect(encodeFrame("json", frame)).toBe('{"type":"join","topic":"event:1","rate":2}');
    expect(decode(encodeFrame("msgpack", frame) as Uint8Array)).toEqual({ type: "join", topic: "event:1", rate: 2 });
  });

  it("are refused when cut or not frames", () => {
    for (const text of ["", "{", "null", "[]", '{"kind":"pong"}']) expect(() => decodeFrame("json", text)).toThrow();
    const { bytes } = golden.find(({ file }) => file === "server_delta.json")!;
    for (const end of [0, 1, 20, bytes.length - 1]) expect(() => decodeFrame("msgpack", bytes.slice(0, end))).toThrow();
  });
});
