// Gmail's settings through @googleapis/gmail, and IAM's service accounts through @googleapis/iam.

import assert from "node:assert/strict";
import { test } from "node:test";

import { TRUTH, USERS, accounts, entries, first, mailbox, withoutKeys } from "./tenant.mjs";

const REFUSALS = {
  off: [400, "failedPrecondition", "Mail service not enabled"],
  refused: [403, "forbidden", "Forbidden"],
};

test("every user's send-as list, delegates and forwarding, or the refusal that the truth foretells", async () => {
  for (const [address, user] of USERS) {
    const settings = mailbox(address);
    for (const field of ["sendAs", "delegates", "forwardingAddresses"]) {
      const answer = settings[field].list({ userId: "me" });
      if (user.gmail === "on") {
        assert.deepEqual((await answer).data[field] ?? [], user[field]);
        continue;
      }
      await assert.rejects(answer, (error) => {
        const { reason } = error.response.data.error.errors[0];
        assert.deepEqual([error.status, reason, error.message], REFUSALS[user.gmail]);
        return true;
      });
    }
  }
});

test("fields reach into the entries of a list and into their parts", async () => {
  const user = first((user) => user.gmail === "on" && user.sendAs.some((entry) => entry.smtpMsa));
  const { data } = await mailbox(user.primaryEmail).sendAs.list({
    userId: "me",
    fields: "sendAs(sendAsEmail,smtpMsa/host)",
  });
  const expected = user.sendAs.map(({ sendAsEmail, smtpMsa }) =>
    smtpMsa ? { sendAsEmail, smtpMsa: { host: smtpMsa.host } } : { sendAsEmail },
  );
  assert.deepEqual(data, { sendAs: expected });
});

test("every project's service accounts by pages of 1, and each one's keys", async () => {
  for (const project of TRUTH.projects) {
    const name = `projects/${project.projectId}`;
    const listed = await entries(accounts(), "accounts", { name, pageSize: 1 });
    assert.deepEqual(listed, project.serviceAccounts.map(withoutKeys));
    for (const account of project.serviceAccounts) {
      const { data } = await accounts().keys.list({ name: account.name });
      assert.deepEqual(data.keys ?? [], account.keys.map(withoutKeys));
    }
  }
});
