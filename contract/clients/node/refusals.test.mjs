// What is refused, in the error and with the reason that the client raises at Google.

import assert from "node:assert/strict";
import { test } from "node:test";

import { gaxios } from "google-auth-library";

import {
  ADMIN,
  AUTH,
  DIRECTORY,
  EVERYBODY,
  ROOT,
  SETTINGS,
  TRUTH,
  credentials,
  directory,
  first,
  mailbox,
} from "./tenant.mjs";

const UNAUTHORIZED =
  "Client is unauthorized to retrieve access tokens using this method, " +
  "or client not authorized for any of the scopes requested.";
const ME = { userId: "me" };

const ordinary = first(
  (user) => !user.suspended && !user.archived && !user.isAdmin && !user.isDelegatedAdmin,
);

async function refusedToken(status, error, description, scopes, subject) {
  await assert.rejects(credentials(scopes, subject).authorize(), (raised) => {
    assert.ok(raised instanceof gaxios.GaxiosError);
    assert.equal(raised.status, status);
    assert.deepEqual(raised.response.data, { error, error_description: description });
    return true;
  });
}

async function refusedCall(status, reason, message, answer) {
  await assert.rejects(answer, (raised) => {
    assert.ok(raised instanceof gaxios.GaxiosError);
    assert.equal(raised.status, status);
    assert.equal(raised.message, message);
    assert.equal(raised.response.data.error.errors[0].reason, reason);
    return true;
  });
}

test("no scope delegated: 401 unauthorized_client", () =>
  refusedToken(401, "unauthorized_client", UNAUTHORIZED, [`${AUTH}drive`], ADMIN));

test("some scopes delegated, all asked for: access_denied, no token at all", () =>
  refusedToken(
    401,
    "access_denied",
    "Requested client not authorized.",
    [...SETTINGS, `${AUTH}drive`],
    ADMIN,
  ));

test("a scope that does not exist: 400 invalid_scope", () =>
  refusedToken(
    400,
    "invalid_scope",
    "Invalid OAuth scope or ID token audience provided.",
    [`${AUTH}gmail.everything`],
    ADMIN,
  ));

test("an unknown user, or an alias, as subject: 400 invalid_grant", async () => {
  const [alias] = first((user) => user.aliases).aliases;
  for (const subject of ["nobody@example.com", alias]) {
    await refusedToken(400, "invalid_grant", "Invalid email or User ID", SETTINGS, subject);
  }
});

test("a deleted user as subject: 400 invalid_grant", () =>
  refusedToken(
    400,
    "invalid_grant",
    "The account has been deleted",
    SETTINGS,
    TRUTH.deletedUsers[0].primaryEmail,
  ));

test("a refused token surfaces in the call that needed it", async () => {
  await assert.rejects(
    mailbox("nobody@example.com").sendAs.list(ME),
    (raised) => raised.response.data.error === "invalid_grant",
  );
});

test("a subject without administrator's rights: 403 forbidden", () =>
  refusedCall(
    403,
    "forbidden",
    "Not Authorized to access this resource/api",
    directory(ordinary.primaryEmail).users.list(EVERYBODY),
  ));

test("a suspended user's mailbox: 403 forbidden", () =>
  refusedCall(
    403,
    "forbidden",
    "Forbidden",
    mailbox(first((user) => user.suspended).primaryEmail).sendAs.list(ME),
  ));

test("a user with Gmail off: 400 failedPrecondition", () =>
  refusedCall(
    400,
    "failedPrecondition",
    "Mail service not enabled",
    mailbox(first((user) => user.gmail === "off").primaryEmail).sendAs.list(ME),
  ));

test("Gmail without a subject: 400; Directory without one: 503", async () => {
  await refusedCall(
    400,
    "failedPrecondition",
    "Precondition check failed.",
    mailbox(undefined).sendAs.list(ME),
  );
  await refusedCall(
    503,
    "backendError",
    "Service unavailable. Please try again",
    directory(null).users.list(EVERYBODY),
  );
});

test("another user's mailbox than the subject's: 403 forbidden", () =>
  refusedCall(
    403,
    "forbidden",
    `Delegation denied for ${ADMIN}`,
    mailbox(ADMIN).sendAs.list({ userId: ordinary.primaryEmail }),
  ));

test("a token without the method's scope: 403 insufficientPermissions", () =>
  refusedCall(
    403,
    "insufficientPermissions",
    "Request had insufficient authentication scopes.",
    mailbox(ADMIN, DIRECTORY).sendAs.list(ME),
  ));

test("a page token of another listing: 400 invalid", async () => {
  const { data } = await directory().users.list({ ...EVERYBODY, maxResults: 1 });
  const onward = { ...EVERYBODY, orderBy: "email", pageToken: data.nextPageToken };
  await refusedCall(400, "invalid", "Invalid Input: pageToken", directory().users.list(onward));
});

test("wrong verbs and paths: 404 or 405, never data", async () => {
  const client = credentials(DIRECTORY, ADMIN);
  const attempts = [
    ["POST", "/admin/directory/v1/users"],
    ["DELETE", `/admin/directory/v1/users/${ADMIN}`],
    ["GET", "/admin/directory/v2/users"],
    ["GET", "/gmail/v1/users/me/settings/sendas"],
  ];
  for (const [method, path] of attempts) {
    await assert.rejects(
      client.request({ url: ROOT + path, method, retry: false }),
      (raised) => [404, 405].includes(raised.status),
    );
  }
});
