/** Steps on their way, to a service that is really there. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, before, test } from "node:test";

/** What the browser keeps. */
const kept = new Map();
let asked = [];
let replies = [];

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const reply =
    request.url === "/session" ? { body: { csrf_token: "token" } } : note(request, text);
  response.writeHead(reply.status ?? 200, {
    "Content-Type": "application/json",
    Connection: "close",
    ...(reply.etag ? { ETag: reply.etag } : {}),
  });
  response.end(JSON.stringify(reply.body ?? {}));
});

function note(request, text) {
  asked.push({
    method: request.method ?? "",
    path: request.url ?? "",
    etag: String(request.headers["if-match"] ?? ""),
    body: text ? JSON.parse(text) : null,
  });
  return replies.shift() ?? { status: 500 };
}

const { Outbox } = await import("../../api/pages/static/plans/outbox.js");

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  const real = globalThis.fetch;
  Object.assign(globalThis, {
    window: new EventTarget(),
    localStorage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    },
    fetch: (path, how) => real(`http://127.0.0.1:${port}${path}`, how),
  });
});
after(() => server.close());
afterEach(() => {
  kept.clear();
  asked = [];
  replies = [];
});

/** Wait until something is so. */
async function until(isSo) {
  const last = Date.now() + 5000;
  while (!isSo()) {
    assert.ok(Date.now() < last, "not in time");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** An outbox and what it has told. */
function outbox() {
  const told = [];
  const box = new Outbox("p-1", {
    done: (item, delta) => told.push(`done ${item.body?.kind ?? item.path} ${delta.revision}`),
    pending: () => {},
    state: (which, waiting) => told.push(`${which} ${waiting}`),
    refused: (_, problem) => told.push(`refused ${problem.message}`),
    conflict: (_, problem) => told.push(`conflict ${problem.status}`),
  });
  return { box, told };
}

const paint = { kind: "paint" };
const lock = { kind: "lock" };

test("steps go one at a time, each on top of the one before", async () => {
  replies = [
    { body: { revision: 2 }, etag: '"2"' },
    { body: { revision: 3 }, etag: '"3"' },
  ];
  const { box, told } = outbox();
  box.start('"1"');
  const [first, second] = await Promise.all([
    box.push("/operations", paint),
    box.push("/operations", lock),
  ]);
  assert.deepEqual([first.revision, second.revision], [2, 3]);
  assert.deepEqual(
    asked.map(({ etag }) => etag),
    ['"1"', '"2"'],
  );
  assert.deepEqual(
    told.filter((one) => one.startsWith("done")),
    ["done paint 2", "done lock 3"],
  );
  assert.equal(kept.size, 0);
});

test("a step is written down before it is sent, and taken up by the next page", async () => {
  const first = outbox();
  first.box.push("/operations", paint);
  assert.equal(asked.length, 0, "nothing is sent before the plan is known");
  replies = [{ body: { revision: 2 } }];
  const next = outbox();
  assert.equal(next.box.items.length, 1);
  next.box.start('"1"');
  await until(() => !next.box.items.length);
  assert.equal(asked.length, 1);
  assert.equal(asked[0].body.kind, "paint");
  assert.ok(asked[0].body.key, "so that the service knows it when it comes again");
});

test("a step that the service refuses is given up, the next goes on", async () => {
  replies = [{ status: 400, body: { detail: "grid 3 is locked" } }, { body: { revision: 2 } }];
  const { box, told } = outbox();
  box.start('"1"');
  const [refused, done] = await Promise.all([
    box.push("/operations", paint),
    box.push("/operations", lock),
  ]);
  assert.equal(refused, null);
  assert.equal(done.revision, 2);
  assert.ok(told.includes("refused grid 3 is locked"));
});

test("somebody else's change stops the outbox until it is settled", async () => {
  replies = [{ status: 412, body: { detail: "changed" } }, { body: { revision: 8 } }];
  const { box, told } = outbox();
  box.start('"1"');
  const answer = box.push("/operations", paint);
  await until(() => told.includes("conflict 412"));
  assert.equal(box.items.length, 1);
  box.start('"7"');
  assert.equal((await answer).revision, 8);
  assert.deepEqual(
    asked.map(({ etag }) => etag),
    ['"1"', '"7"'],
  );
});

test("a service that is down is asked again", async () => {
  replies = [{ status: 503 }, { body: { revision: 2 } }];
  const { box, told } = outbox();
  box.start('"1"');
  assert.equal((await box.push("/operations", paint)).revision, 2);
  assert.ok(told.includes("offline 1"));
  assert.equal(asked[0].body.key, asked[1].body.key);
});
