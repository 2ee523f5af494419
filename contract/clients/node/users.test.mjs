// Directory through @googleapis/admin.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ADMIN,
  DOMAINS,
  EVERYBODY,
  ROLES,
  TRUTH,
  USERS,
  directory,
  directoryPart,
  entries,
  first,
  holding,
  pages,
} from "./tenant.mjs";

const addresses = (users) => users.map((user) => user.primaryEmail);

const search = async (query) =>
  new Set(addresses(await entries(directory().users, "users", { ...EVERYBODY, query })));

test("users.list by pages of 1, 7 and 500 gives the whole tenant, each user once and whole", async () => {
  for (const maxResults of [1, 7, 500]) {
    const listed = await pages(directory().users, { ...EVERYBODY, maxResults });
    const users = listed.flatMap((page) => {
      assert.ok(page.users.length <= maxResults);
      return page.users;
    });
    assert.equal(users.length, USERS.size);
    for (const user of users) {
      assert.deepEqual(user, directoryPart(USERS.get(user.primaryEmail)));
    }
  }
});

test("orderBy email, givenName and familyName, ascending and descending", async () => {
  const keys = {
    email: (user) => user.primaryEmail,
    givenName: (user) => user.name.givenName,
    familyName: (user) => user.name.familyName,
  };
  for (const [orderBy, key] of Object.entries(keys)) {
    const listings = {};
    for (const sortOrder of ["ASCENDING", "DESCENDING"]) {
      const parameters = { ...EVERYBODY, orderBy, sortOrder, maxResults: 7 };
      const listed = await entries(directory().users, "users", parameters);
      assert.equal(new Set(addresses(listed)).size, USERS.size);
      listings[sortOrder] = listed.map((user) => key(user).toLowerCase());
    }
    assert.deepEqual(listings.ASCENDING, listings.DESCENDING.toReversed());
    for (const [place, value] of listings.ASCENDING.slice(1).entries()) {
      // Compared as Unicode, not as UTF-16.
      assert.ok(Buffer.compare(Buffer.from(listings.ASCENDING[place]), Buffer.from(value)) <= 0);
    }
  }
});

test("fields with nested parts, along all pages; a bad mask is 400 invalidParameter", async () => {
  const fields = "nextPageToken,users(primaryEmail,name(givenName),emails/address)";
  const listed = await pages(directory().users, { ...EVERYBODY, fields, maxResults: 7 });
  const users = listed.flatMap((page) => page.users);
  const expected = TRUTH.users.map((user) => ({
    primaryEmail: user.primaryEmail,
    name: { givenName: user.name.givenName },
    emails: user.emails.map(({ address }) => ({ address })),
  }));
  const byAddress = (one, other) => (one.primaryEmail < other.primaryEmail ? -1 : 1);
  assert.deepEqual(users.sort(byAddress), expected.sort(byAddress));
  await assert.rejects(directory().users.list({ ...EVERYBODY, fields: "users(nothing)" }), {
    status: 400,
    message: "Invalid field selection nothing",
  });
});

test("query by standing, rights, address, prefix and name, Unicode included", async () => {
  const local = ADMIN.split("@")[0];
  const expected = {
    "isSuspended=true": (user) => user.suspended,
    "isSuspended=False isGuest=False": (user) => !user.suspended && !user.isGuestUser,
    "isGuest=true": (user) => user.isGuestUser,
    "isAdmin=true": (user) => user.isAdmin,
    [`email=${ADMIN}`]: (user) => user.primaryEmail === ADMIN,
    [`email:${local}*`]: (user) => user.emails.some(({ address }) => address.startsWith(local)),
  };
  const foreign = first(
    ({ name: { familyName } }) => /[^\p{ASCII}]/u.test(familyName) && !/['\\]/.test(familyName),
  ).name.familyName;
  expected[`familyName='${foreign}'`] = (user) =>
    user.name.familyName.toLowerCase() === foreign.toLowerCase();
  for (const [query, wanted] of Object.entries(expected)) {
    assert.deepEqual(await search(query), holding(wanted), query);
  }
});

test("users.get by address, alias and id; an unknown user is 404 notFound", async () => {
  const user = first((user) => user.aliases);
  for (const userKey of [user.primaryEmail, user.aliases[0], user.id]) {
    const { data } = await directory().users.get({ userKey });
    assert.deepEqual(data, directoryPart(user));
  }
  await assert.rejects(directory().users.get({ userKey: "nobody@example.com" }), (error) => {
    assert.equal(error.status, 404);
    assert.equal(error.response.data.error.errors[0].reason, "notFound");
    return true;
  });
});

test("domains, roles and role assignments, an empty page with a token included", async () => {
  const { data } = await directory(ADMIN, DOMAINS).domains.list(EVERYBODY);
  assert.deepEqual(data.domains, TRUTH.domains);
  const service = directory(ADMIN, ROLES);
  assert.deepEqual(await entries(service.roles, "items", EVERYBODY), TRUTH.roles);
  const listed = await pages(service.roleAssignments, { ...EVERYBODY, maxResults: 2 });
  assert.equal(listed[0].items, undefined);
  assert.deepEqual(
    listed.flatMap((page) => page.items ?? []),
    TRUTH.roleAssignments,
  );
});
