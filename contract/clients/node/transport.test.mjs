// The same answer over HTTP/2, spoken in clear by prior knowledge.

import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import { test } from "node:test";

import { ADMIN, DIRECTORY, ROOT, credentials } from "./tenant.mjs";

test("HTTP/1.1 and HTTP/2 give the same answer", async () => {
  const client = credentials(DIRECTORY, ADMIN);
  const path = "/admin/directory/v1/users?customer=my_customer&orderBy=email&maxResults=7";
  const { data } = await client.request({ url: ROOT + path });
  const { authorization } = Object.fromEntries(await client.getRequestHeaders());

  const session = http2.connect(ROOT);
  const stream = session.request({ ":path": path, authorization });
  const [headers] = await once(stream, "response");
  const body = JSON.parse(Buffer.concat(await stream.toArray()).toString("utf8"));
  session.close();

  assert.equal(headers[":status"], 200);
  assert.deepEqual(body.users, data.users);
});
