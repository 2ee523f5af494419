"""Gmail's settings through google-api-python-client, each mailbox as its own user."""

import unittest

from googleapiclient.errors import HttpError

from tenant import USERS, mailbox

WORDS = {
    "off": (400, "failedPrecondition", "Mail service not enabled"),
    "refused": (403, "forbidden", "Forbidden"),
}


class Mailboxes(unittest.TestCase):
    def test_every_user(self):
        """every user's send-as list, delegates and forwarding, or the refusal that the truth foretells"""
        for address, user in USERS.items():
            settings = mailbox(address).settings()
            reads = {
                "sendAs": lambda: settings.sendAs().list(userId="me").execute(),
                "delegates": lambda: settings.delegates().list(userId="me").execute(),
                "forwardingAddresses": lambda: settings.forwardingAddresses()
                .list(userId="me")
                .execute(),
            }
            for field, read in reads.items():
                if user["gmail"] == "on":
                    self.assertEqual(read().get(field, []), user[field], address)
                    continue
                with self.assertRaises(HttpError, msg=address) as raised:
                    read()
                error = raised.exception
                self.assertEqual(
                    (error.status_code, error.error_details[0]["reason"], error.reason),
                    WORDS[user["gmail"]],
                    address,
                )

    def test_other_settings(self):
        """auto-forwarding, IMAP, POP, filters and the single entries of each list"""
        for address, user in USERS.items():
            if user["gmail"] != "on":
                continue
            settings = mailbox(address).settings()
            forwarding = settings.getAutoForwarding(userId="me").execute()
            self.assertEqual(forwarding, user["autoForwarding"])
            self.assertEqual(settings.getImap(userId="me").execute(), user["imap"])
            self.assertEqual(settings.getPop(userId=address).execute(), user["pop"])
            filters = settings.filters().list(userId="me").execute()
            self.assertEqual(filters.get("filter", []), user["filters"])
            single = {
                "sendAs": (settings.sendAs(), "sendAsEmail"),
                "delegates": (settings.delegates(), "delegateEmail"),
                "forwardingAddresses": (settings.forwardingAddresses(), "forwardingEmail"),
                "filters": (settings.filters(), "id"),
            }
            for field, (collection, name) in single.items():
                for entry in user[field][-1:]:
                    request = collection.get(userId="me", **{name: entry[name]})
                    self.assertEqual(request.execute(), entry, (address, field))

    def test_masks(self):
        """fields reach into the entries of a list and into their parts"""
        user = next(
            user
            for user in USERS.values()
            if user["gmail"] == "on" and any("smtpMsa" in entry for entry in user["sendAs"])
        )
        settings = mailbox(user["primaryEmail"]).settings()
        answer = settings.sendAs().list(
            userId="me", fields="sendAs(sendAsEmail,smtpMsa/host)"
        )
        expected = []
        for entry in user["sendAs"]:
            kept = {"sendAsEmail": entry["sendAsEmail"]}
            if "smtpMsa" in entry:
                kept["smtpMsa"] = {"host": entry["smtpMsa"]["host"]}
            expected.append(kept)
        self.assertEqual(answer.execute(), {"sendAs": expected})
