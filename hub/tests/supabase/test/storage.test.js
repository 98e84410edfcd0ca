import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import * as tus from "tus-js-client";
import { client, startDemo } from "../hub.js";

let hub;
let supabase;
let token;

before(async () => {
  hub = await startDemo();
  supabase = await client(hub);
  const answer = await fetch(new URL("/auth/v1/token?grant_type=password", hub.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: hub.email, password: hub.password }),
  });
  token = (await answer.json()).access_token;
});
after(async () => {
  await hub?.stop();
});

/** The data of an answer that is none of an error. */
const data = async (call) => {
  const answer = await call;
  assert.equal(answer.error, null, JSON.stringify(answer.error));
  return answer.data;
};
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const bytesOf = async (blob) => Buffer.from(await blob.arrayBuffer());
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

test("buckets are created, read, listed, updated, emptied and deleted", async () => {
  assert.deepEqual(await data(supabase.storage.createBucket("press-kit", { public: false, fileSizeLimit: "2MB", allowedMimeTypes: ["image/png"] })), { name: "press-kit" });
  const bucket = await data(supabase.storage.getBucket("press-kit"));
  assert.deepEqual([bucket.id, bucket.public, bucket.file_size_limit, bucket.allowed_mime_types], ["press-kit", false, 2_000_000, ["image/png"]]);
  assert.ok((await data(supabase.storage.listBuckets())).some(({ name }) => name === "press-kit"));
  assert.deepEqual((await data(supabase.storage.listBuckets({ search: "press", limit: 5 }))).map(({ name }) => name), ["press-kit"]);
  await data(supabase.storage.updateBucket("press-kit", { public: true, fileSizeLimit: null }));
  assert.equal((await data(supabase.storage.getBucket("press-kit"))).public, true);
  const again = await supabase.storage.createBucket("press-kit");
  assert.deepEqual([again.error.status, again.error.statusCode, again.error.message], [409, "409", "The resource already exists"]);
  await data(supabase.storage.from("press-kit").upload("a.png", PNG, { contentType: "image/png" }));
  assert.equal((await supabase.storage.deleteBucket("press-kit")).error.statusCode, "409");
  await data(supabase.storage.emptyBucket("press-kit"));
  await data(supabase.storage.deleteBucket("press-kit"));
  assert.equal((await supabase.storage.getBucket("press-kit")).error.statusCode, "404");
});

test("files go in as the client sends them, and come out byte by byte", async () => {
  const files = supabase.storage.from("documents");
  const bytes = randomBytes(300_000);
  const made = await data(files.upload("show/notes.bin", bytes, { contentType: "application/octet-stream", cacheControl: "60", metadata: { look: 7 } }));
  assert.deepEqual([made.path, made.fullPath], ["show/notes.bin", "documents/show/notes.bin"]);
  assert.match(made.id, /^[0-9a-f-]{36}$/);
  assert.equal(sha256(await bytesOf(await data(files.download("show/notes.bin")))), sha256(bytes));
  const info = await data(files.info("show/notes.bin"));
  assert.deepEqual([info.size, info.contentType, info.cacheControl, info.metadata], [300_000, "application/octet-stream", "max-age=60", { look: 7 }]);
  assert.equal(info.etag, `"${sha256(bytes)}"`);
  for (const [name, body, text] of [
    ["blob.txt", new Blob(["a blob"], { type: "text/plain" }), "a blob"],
    ["text.txt", "a text", "a text"],
    ["array.txt", new TextEncoder().encode("an array").buffer, "an array"],
    ["stream.txt", new Blob(["a stream"]).stream(), "a stream"],
  ]) {
    await data(files.upload(`kinds/${name}`, body));
    assert.equal(await (await data(files.download(`kinds/${name}`))).text(), text);
  }
  const form = new FormData();
  form.append("", new Blob(["a form"], { type: "text/plain" }));
  await data(files.upload("kinds/form.txt", form, { metadata: { from: "a form" } }));
  assert.deepEqual((await data(files.info("kinds/form.txt"))).metadata, { from: "a form" });
  const taken = await files.upload("kinds/text.txt", "another");
  assert.deepEqual([taken.error.statusCode, taken.error.message], ["409", "The resource already exists"]);
  await data(files.upload("kinds/text.txt", "another", { upsert: true }));
  await data(files.update("kinds/blob.txt", "updated"));
  assert.equal(await (await data(files.download("kinds/blob.txt"))).text(), "updated");
  assert.equal((await files.exists("kinds/blob.txt")).data, true);
  assert.equal((await files.exists("kinds/nothing.txt")).data, false);
  const streamed = await data(files.download("kinds/text.txt").asStream());
  assert.equal(await new Response(streamed).text(), "another");
});

test("files are listed, moved, copied and removed", async () => {
  const files = supabase.storage.from("documents");
  for (const name of ["front.txt", "back.txt"]) await data(files.upload(`list/01/${name}`, name));
  await data(files.upload("list/cover.txt", "cover"));
  const listed = await data(files.list("list"));
  assert.deepEqual(listed.map(({ name, id }) => [name, id !== null]), [["01", false], ["cover.txt", true]]);
  assert.equal(listed[1].metadata.mimetype, "text/plain;charset=UTF-8");
  assert.deepEqual((await data(files.list("list/01", { limit: 1, offset: 1, sortBy: { column: "name", order: "desc" } }))).map(({ name }) => name), ["back.txt"]);
  assert.deepEqual((await data(files.list("list/01", { search: "front" }))).map(({ name }) => name), ["front.txt"]);
  const first = await data(files.listV2({ prefix: "list/", limit: 2 }));
  assert.deepEqual([first.hasNext, first.objects.map(({ key }) => key)], [true, ["list/01/back.txt", "list/01/front.txt"]]);
  const rest = await data(files.listV2({ prefix: "list/", limit: 2, cursor: first.nextCursor }));
  assert.deepEqual([rest.hasNext, rest.objects.map(({ key }) => key)], [false, ["list/cover.txt"]]);
  await data(files.move("list/cover.txt", "list/moved.txt"));
  assert.equal((await data(files.copy("list/moved.txt", "copied.txt", { destinationBucket: "exports" }))).path, "exports/copied.txt");
  const removed = await data(files.remove(["list/moved.txt", "list/nothing.txt"]));
  assert.deepEqual(removed.map(({ name }) => name), ["list/moved.txt"]);
  assert.equal(await (await data(supabase.storage.from("exports").download("copied.txt"))).text(), "cover");
  assert.equal((await files.download("list/moved.txt")).error.status, 404);
});

test("addresses are signed, one and many, to read and to send", async () => {
  const files = supabase.storage.from("documents");
  await data(files.upload("signed/a b.txt", "a"));
  const { signedUrl } = await data(files.createSignedUrl("signed/a b.txt", 60, { download: "renamed.txt" }));
  const got = await fetch(signedUrl);
  assert.deepEqual([got.status, await got.text()], [200, "a"]);
  assert.match(got.headers.get("content-disposition"), /^attachment;.*renamed\.txt/);
  assert.equal((await fetch(signedUrl.replace("token=e", "token=f"))).status, 400);
  const many = await data(files.createSignedUrls(["signed/a b.txt", "signed/nothing.txt"], 60));
  assert.equal(await (await fetch(many[0].signedUrl)).text(), "a");
  assert.deepEqual([many[1].signedUrl, typeof many[1].error], [null, "string"]);
  const upload = await data(files.createSignedUploadUrl("signed/sent.txt"));
  const anonymous = await client(hub, { anonymous: true });
  await data(anonymous.storage.from("documents").uploadToSignedUrl("signed/sent.txt", upload.token, new Blob(["sent"], { type: "text/plain" })));
  assert.equal(await (await data(files.download("signed/sent.txt"))).text(), "sent");
  assert.equal((await anonymous.storage.from("documents").download("signed/sent.txt")).error.status, 401);
});

test("public files need no one to be signed in, and pictures come smaller", async () => {
  await data(supabase.storage.createBucket("lookbook", { public: true }));
  const files = supabase.storage.from("lookbook");
  await data(files.upload("look.png", PNG, { contentType: "image/png" }));
  const { publicUrl } = files.getPublicUrl("look.png").data;
  const got = await fetch(publicUrl);
  assert.deepEqual([got.status, got.headers.get("cache-control")], [200, "max-age=3600"]);
  assert.deepEqual(Buffer.from(await got.arrayBuffer()), PNG);
  const smaller = await fetch(files.getPublicUrl("look.png", { transform: { width: 10, height: 10, resize: "contain" } }).data.publicUrl);
  assert.deepEqual([smaller.status, smaller.headers.get("content-type")], [200, "image/png"]);
  const mine = await data(files.download("look.png", { transform: { width: 1, quality: 50, format: "origin" } }));
  assert.equal(mine.type, "image/png");
  const { signedUrl } = await data(files.createSignedUrl("look.png", 60, { transform: { width: 1, height: 1 } }));
  assert.equal((await fetch(signedUrl)).status, 200);
  await data(supabase.storage.emptyBucket("lookbook"));
  await data(supabase.storage.deleteBucket("lookbook"));
});

/** Sends a file with tus-js-client; `breaks` tears the line after so many bytes were sent, once. */
const resumable = (bytes, name, { breaks } = {}) =>
  new Promise((resolve, reject) => {
    let broken = breaks === undefined;
    const upload = new tus.Upload(bytes, {
      endpoint: `${hub.url}/storage/v1/upload/resumable`,
      retryDelays: [0, 50, 100],
      headers: { authorization: `Bearer ${token}`, "x-upsert": "true" },
      uploadDataDuringCreation: true,
      removeFingerprintOnSuccess: true,
      metadata: { bucketName: "documents", objectName: name, contentType: "application/octet-stream", cacheControl: "3600" },
      chunkSize: 6 * 1024 * 1024,
      onProgress: (sent) => {
        if (!broken && sent >= breaks) {
          broken = true;
          // What a lost line looks like: the request ends, the upload goes on from where the hub is.
          upload.abort().then(() => setTimeout(() => upload.start(), 10));
        }
      },
      onError: reject,
      onSuccess: () => resolve(upload.url),
    });
    upload.start();
  });

test("tus-js-client uploads in pieces, and goes on when the line was lost", async () => {
  const bytes = randomBytes(20 * 1024 * 1024 + 3);
  const files = supabase.storage.from("documents");
  await resumable(bytes, "films/whole.bin");
  assert.equal(sha256(await bytesOf(await data(files.download("films/whole.bin")))), sha256(bytes));
  await resumable(bytes, "films/torn.bin", { breaks: 8 * 1024 * 1024 });
  assert.equal(sha256(await bytesOf(await data(files.download("films/torn.bin")))), sha256(bytes));
  await resumable(bytes.subarray(0, 5), "films/whole.bin");
  assert.equal((await data(files.info("films/whole.bin"))).size, 5);
});
