"""GAM7's own commands, their CSV compared with the tenant's truth and with the audit's reports."""

import csv
import json
import os
import subprocess
import unicodedata
import unittest

from home import AUTH, CA, FILES, TRUTH, Home

ADMIN = TRUTH["admin"]
USERS = {user["primaryEmail"]: user for user in TRUTH["users"]}
# GAM's `all users` are those that are not suspended.
READ = {
    address: user
    for address, user in USERS.items()
    if not user.get("suspended") and user["gmail"] == "on"
}
# GAM ends a command over all users at the first mailbox that answers 403: `neglected` has two. Hostile names are for
# the audit's own tests.
IS_TYPICAL = os.environ["EMULATOR_LABEL"].endswith("typical")
WINDOWS = {"disabled", "allMail", "fromNowOn"}
PARTS = (
    "users domains send_as delegates forwarding_addresses auto_forwarding filters imap pop".split()
)
# What GAM exits with when some of the users have no Gmail.
SOME_WITHOUT_GMAIL = 73


def setUpModule():
    global home, report
    home = Home()
    done = subprocess.run(
        [
            os.environ["WORKSPACE_AUDIT"],
            "run",
            "--quiet",
            "--config",
            FILES / "config.toml",
            "--set",
            f"collect.parts={json.dumps(PARTS)}",
        ],
        env={**os.environ, "SSL_CERT_FILE": CA},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in (0, 4), done.stderr
    report = FILES / "reports" / "latest"


def rows_of(name):
    with open(report / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cell(value):
    """A value as GAM writes it into a cell."""
    if value is None:
        return ""
    text = str(value)
    if text.startswith("1970-"):
        return "Never"
    return text.removesuffix(".000Z") + "Z" if text.endswith(".000Z") else text


def gam_bool(text):
    """A boolean of the audit's reports as GAM writes it."""
    return text.capitalize()


def settings(*setting):
    """A setting of every mailbox that answers, as GAM prints it."""
    if IS_TYPICAL:
        return home.rows("all", "users", "print", *setting, code=SOME_WITHOUT_GMAIL)
    return home.rows("users", ",".join(READ), "print", *setting)


def has(action, change, label):
    return label in action.get(change, [])


def decides(entry):
    """Whether a filter forwards mail, or hides most mail or warnings: those among these tenants' criteria."""
    criteria, action = entry.get("criteria", {}), entry.get("action", {})
    is_meant = (
        criteria.get("size") == 1
        or criteria.get("subject") == "invoice"
        or "security alert" in criteria.get("query", "")
    )
    is_hidden = has(action, "addLabelIds", "TRASH") or has(action, "removeLabelIds", "INBOX")
    return "forward" in action or (is_meant and is_hidden)


def printed(text):
    """A text as the audit prints it, without control characters."""
    return "".join("\ufffd" if unicodedata.category(sign) == "Cc" else sign for sign in text)


def unguarded(text):
    """A cell of the audit's without the quotes that keep spreadsheets from reading a formula."""
    return text.removeprefix("'").replace(";'", ";")


def as_text(flags):
    return {name: str(flag) for name, flag in flags.items()}


@unittest.skipUnless(IS_TYPICAL, "one tenant is enough")
class Users(unittest.TestCase):
    def setUp(self):
        self.rows = {
            row["primaryEmail"]: row for row in home.rows("print", "users", "allfields")
        }

    def test_truth(self):
        """print users allfields: every user, every field that the tenant holds"""
        self.assertEqual(set(self.rows), set(USERS))
        scalars = (
            "id orgUnitPath customerId isAdmin isDelegatedAdmin suspended suspensionReason archived "
            "isEnrolledIn2Sv isEnforcedIn2Sv isMailboxSetup agreedToTerms creationTime lastLoginTime "
            "suspensionTime archivalTime"
        ).split()
        for address, user in USERS.items():
            row = self.rows[address]
            for name in scalars:
                self.assertEqual(row[name], cell(user.get(name)), (address, name))
            for name, value in user["name"].items():
                self.assertEqual(row[f"name.{name}"], value, address)
            for place, alias in enumerate(user.get("aliases", [])):
                self.assertEqual(row[f"aliases.{place}"], alias, address)

    def test_report(self):
        """print users allfields and the audit's users.csv agree row by row"""
        reported = rows_of("users.csv")
        self.assertEqual(len(reported), len(self.rows))
        for ours in reported:
            theirs = self.rows[ours["primary_email"]]
            pairs = {
                "user_id": theirs["id"],
                "full_name": theirs["name.fullName"],
                "org_unit": theirs["orgUnitPath"],
                "suspension_reason": theirs["suspensionReason"],
                "suspended_at": theirs["suspensionTime"],
                "created_at": theirs["creationTime"],
                "last_login_at": theirs["lastLoginTime"].replace("Never", "never"),
            }
            self.assertEqual({name: ours[name] for name in pairs}, pairs)
            flags = {
                "suspended": theirs["suspended"],
                "archived": theirs["archived"],
                "is_admin": theirs["isAdmin"],
                "is_delegated_admin": theirs["isDelegatedAdmin"],
                "two_step_enrolled": theirs["isEnrolledIn2Sv"],
                "two_step_enforced": theirs["isEnforcedIn2Sv"],
            }
            self.assertEqual({name: gam_bool(ours[name]) for name in flags}, flags)
            aliases = [
                value
                for name, value in theirs.items()
                if value and name.startswith(("aliases.", "nonEditableAliases."))
            ]
            self.assertLessEqual(set(json.loads(ours["aliases"])), set(aliases))

    def test_batch(self):
        """users A,B print users allfields: one batch of calls, the same rows"""
        some = sorted(USERS)[:5]
        rows = home.rows("users", ",".join(some), "print", "users", "allfields")
        self.assertEqual([row["primaryEmail"] for row in rows], some)
        for row in rows:
            for name, value in row.items():
                self.assertEqual(self.rows[row["primaryEmail"]][name], value)


@unittest.skipUnless(IS_TYPICAL, "one tenant is enough")
class Mailboxes(unittest.TestCase):
    def test_send_as(self):
        """all users print sendas: every entry of the truth, and the audit's send_as.csv row by row"""
        rows = home.rows("all", "users", "print", "sendas", code=SOME_WITHOUT_GMAIL)
        theirs = {(row["User"], row["sendAsEmail"]): row for row in rows}
        self.assertEqual(len(theirs), len(rows))
        expected = {
            (address, entry["sendAsEmail"]): entry
            for address, user in READ.items()
            for entry in user["sendAs"]
        }
        self.assertEqual(set(theirs), set(expected))
        reported = {
            (row["primary_email"], row["send_as_email"]): row for row in rows_of("send_as.csv")
        }
        self.assertEqual(set(reported), set(theirs))
        for key, row in theirs.items():
            entry, ours = expected[key], reported[key]
            relay = entry.get("smtpMsa", {})
            columns = {
                "displayName": (entry["displayName"], ours["display_name"]),
                "replyToAddress": (entry["replyToAddress"], ours["reply_to"]),
                "verificationStatus": (
                    entry.get("verificationStatus"),
                    ours["verification_status"],
                ),
                "smtpMsa.host": (relay.get("host"), ours["smtp_host"]),
                "smtpMsa.port": (relay.get("port"), ours["smtp_port"]),
                "smtpMsa.securityMode": (relay.get("securityMode"), ours["smtp_security"]),
            }
            for name, (true, our) in columns.items():
                self.assertEqual(row[name], cell(true), (key, name))
                self.assertEqual(row[name], our, (key, name))
            for name, our in (
                ("isPrimary", "is_primary"),
                ("isDefault", "is_default"),
                ("treatAsAlias", "treat_as_alias"),
            ):
                # Gmail leaves a false one out, GAM then leaves its cell empty.
                self.assertEqual(row[name] or "False", str(entry.get(name, False)))
                self.assertEqual(row[name] or "False", gam_bool(ours[our]))


class Settings(unittest.TestCase):
    """The other settings of mailboxes: GAM's rows, the audit's and the tenant's truth are the same."""

    def test_delegates(self):
        """print delegates: every delegate of the truth, and the audit's delegates.csv row by row"""
        theirs = [
            (row["User"], row["delegateAddress"], row["delegationStatus"])
            for row in settings("delegates")
        ]
        self.assertTrue(theirs)
        self.assertCountEqual(
            theirs,
            [
                (address, delegate["delegateEmail"], delegate["verificationStatus"])
                for address, user in READ.items()
                for delegate in user["delegates"]
            ],
        )
        self.assertCountEqual(
            theirs,
            [
                (row["primary_email"], row["delegate_email"], row["verification_status"])
                for row in rows_of("delegates.csv")
            ],
        )

    def test_forwards(self):
        """print forwards: where mail goes by the truth, and by the audit's forwarding.csv"""
        rows = settings("forwards")
        self.assertEqual({row["User"] for row in rows}, set(READ))
        for row in rows:
            forwarding = READ[row["User"]]["autoForwarding"]
            self.assertEqual(row["forwardEnabled"], str(forwarding["enabled"]))
            self.assertEqual(row["forwardTo"], forwarding.get("emailAddress", ""))
            self.assertEqual(row["disposition"], forwarding.get("disposition", ""))
        theirs = [
            (row["User"], row["forwardTo"], row["disposition"])
            for row in rows
            if row["forwardEnabled"] == "True"
        ]
        self.assertTrue(theirs)
        self.assertCountEqual(
            theirs,
            [
                (row["primary_email"], row["forwarding_email"], row["disposition"])
                for row in rows_of("forwarding.csv")
                if row["automatic"] == "true"
            ],
        )

    def test_forwarding_addresses(self):
        """print forwardingaddresses: every address of the truth, and the audit's forwarding.csv row by row"""
        theirs = [
            (row["User"], row["forwardingEmail"], row["verificationStatus"])
            for row in settings("forwardingaddresses")
        ]
        self.assertTrue(theirs)
        self.assertCountEqual(
            theirs,
            [
                (address, entry["forwardingEmail"], entry["verificationStatus"])
                for address, user in READ.items()
                for entry in user["forwardingAddresses"]
            ],
        )
        # An address that mail goes to without being listed has a row without a status.
        self.assertCountEqual(
            theirs,
            [
                (row["primary_email"], row["forwarding_email"], row["verification_status"])
                for row in rows_of("forwarding.csv")
                if row["verification_status"]
            ],
        )

    def test_filters(self):
        """print filters: every filter of the truth; those that forward or hide are the audit's filters.csv"""
        # Without `labelidsonly`, GAM reads the labels first. The columns beside JSON lose sizes, labels and booleans.
        rows = settings("filters", "formatjson", "labelidsonly")
        theirs = {(row["User"], row["id"]): json.loads(row["JSON"]) for row in rows}
        self.assertEqual(len(theirs), len(rows))
        self.assertEqual(
            theirs,
            {
                (address, entry["id"]): entry
                for address, user in READ.items()
                for entry in user["filters"]
            },
        )
        reported = {(row["primary_email"], row["filter_id"]): row for row in rows_of("filters.csv")}
        self.assertEqual(set(reported), {key for key, entry in theirs.items() if decides(entry)})
        self.assertLess(len(reported), len(theirs))
        for key, ours in reported.items():
            entry = theirs[key]
            criteria, action = entry["criteria"], entry["action"]
            self.assertEqual(ours["forward"], action.get("forward", ""), key)
            self.assertEqual(ours["size"], str(criteria.get("size", 0)), key)
            self.assertEqual(ours["size_comparison"], criteria.get("sizeComparison", ""), key)
            for column, name in (
                ("from", "from"),
                ("to", "to"),
                ("subject", "subject"),
                ("query", "query"),
                ("negated_query", "negatedQuery"),
            ):
                self.assertEqual(printed(criteria.get(name, "")), unguarded(ours[column]), (key, name))
            flags = {
                "has_attachment": criteria.get("hasAttachment", False),
                "trashes": has(action, "addLabelIds", "TRASH"),
                "archives": has(action, "removeLabelIds", "INBOX"),
                "marks_read": has(action, "removeLabelIds", "UNREAD"),
            }
            self.assertEqual({name: gam_bool(ours[name]) for name in flags}, as_text(flags), key)

    def test_mail_clients(self):
        """print imap and print pop: every mailbox of the truth, and the audit's mail_clients.csv row by row"""
        imap = {row["User"]: row for row in settings("imap")}
        pop = {row["User"]: row for row in settings("pop")}
        reported = {row["primary_email"]: row for row in rows_of("mail_clients.csv")}
        self.assertEqual(set(imap), set(READ))
        self.assertEqual(set(pop), set(READ))
        self.assertEqual(set(reported), set(READ))
        for address, user in READ.items():
            theirs, ours = imap[address], reported[address]
            for name, column in (
                ("enabled", "imap_enabled"),
                ("autoExpunge", "imap_auto_expunge"),
                ("expungeBehavior", "imap_expunge_behavior"),
                ("maxFolderSize", "imap_max_folder_size"),
            ):
                self.assertEqual(theirs[name], str(user["imap"][name]), (address, name))
                our = gam_bool(ours[column]) if theirs[name] in ("True", "False") else ours[column]
                self.assertEqual(theirs[name], our, (address, name))
            theirs = pop[address]
            self.assertEqual(theirs["enabled"], str(user["pop"]["accessWindow"] != "disabled"))
            for name, column in (
                ("accessWindow", "pop_access_window"),
                ("disposition", "pop_disposition"),
            ):
                self.assertEqual(theirs[name], user["pop"][name], (address, name))
                self.assertEqual(theirs[name], ours[column], (address, name))
        # What an audit that looked at one mailbox only could not tell apart.
        self.assertEqual({row["enabled"] for row in imap.values()}, {"True", "False"})
        self.assertEqual({row["accessWindow"] for row in pop.values()}, WINDOWS)


@unittest.skipUnless(IS_TYPICAL, "one tenant is enough")
class ServiceAccount(unittest.TestCase):
    def test_check(self):
        """check serviceaccount: clock, key and each scope by a token of its own"""
        passing = AUTH + "gmail.settings.basic"
        failing = AUTH + "drive"
        told = home.gam("user", ADMIN, "check", "serviceaccount", "scopes", passing)
        lines = [line.split() for line in told.splitlines()]
        self.assertIn(["Authentication", "PASS"], lines)
        self.assertIn([passing, "PASS"], lines)
        self.assertIn("differs from admin.googleapis.com by less than 1 second", told)
        with self.assertRaises(AssertionError) as raised:
            home.gam("user", ADMIN, "check", "serviceaccount", "scopes", f"{passing},{failing}")
        lines = [line.split() for line in str(raised.exception).splitlines()]
        self.assertIn([failing, "FAIL", "(1/2)"], lines)
        self.assertIn([passing, "PASS", "(2/2)"], lines)

    def test_keys(self):
        """show sakeys: the account's own keys, and which one signed"""
        told = home.gam("show", "sakeys")
        account = next(
            account
            for project in TRUTH["projects"]
            for account in project["serviceAccounts"]
            if account["email"] == TRUTH["auditAccount"]
        )
        for key in account["keys"]:
            self.assertIn(f"name: {key['name'].rsplit('/', 1)[1]}", told)
            self.assertIn(f"validAfterTime: {key['validAfterTime']}", told)
        self.assertEqual(told.count("usedToAuthenticateThisRequest: True"), 1)

    def test_admins(self):
        """print admins and print domains: roles, their holders and domains"""
        rows = home.rows("print", "admins")
        self.assertCountEqual(
            [(row["roleAssignmentId"], row["assignedTo"]) for row in rows],
            [(a["roleAssignmentId"], a["assignedTo"]) for a in TRUTH["roleAssignments"]],
        )
        domains = {row["domainName"] for row in home.rows("print", "domains")}
        named = {domain["domainName"] for domain in TRUTH["domains"]}
        aliases = {alias["domainAliasName"] for alias in TRUTH["domainAliases"]}
        self.assertEqual(domains, named | aliases)
