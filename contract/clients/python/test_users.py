"""Directory through google-api-python-client."""

import unittest

from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest

import tenant
from tenant import ADMIN, ROOT, USERS, addresses, directory, directory_part, entries, pages

EVERYBODY = {"customer": "my_customer"}


def search(query):
    return set(addresses(entries(directory().users(), "users", query=query, **EVERYBODY)))


def holding(wanted):
    return {address for address, user in USERS.items() if wanted(user)}


class Listing(unittest.TestCase):
    def test_pages(self):
        """users.list by pages of 1, 7 and 500 gives the whole tenant, each user once and whole"""
        for size in (1, 7, 500):
            listed = []
            for page in pages(directory().users(), maxResults=size, **EVERYBODY):
                self.assertLessEqual(len(page["users"]), size)
                listed += page["users"]
            self.assertEqual(len(listed), len(USERS), size)
            for user in listed:
                self.assertEqual(user, directory_part(USERS[user["primaryEmail"]]))

    def test_token_is_of_its_listing(self):
        """a page token is refused by another listing: 400 invalid"""
        users = directory().users()
        page = users.list(maxResults=1, **EVERYBODY).execute()
        with self.assertRaises(HttpError) as raised:
            users.list(
                maxResults=1, pageToken=page["nextPageToken"], orderBy="email", **EVERYBODY
            ).execute()
        self.assertEqual(raised.exception.status_code, 400)
        self.assertEqual(raised.exception.error_details[0]["reason"], "invalid")

    def test_order(self):
        """orderBy email, givenName and familyName, ascending and descending"""
        keys = {
            "email": lambda user: user["primaryEmail"],
            "givenName": lambda user: user["name"]["givenName"],
            "familyName": lambda user: user["name"]["familyName"],
        }
        for order, key in keys.items():
            for direction in ("ASCENDING", "DESCENDING"):
                listed = entries(
                    directory().users(),
                    "users",
                    orderBy=order,
                    sortOrder=direction,
                    maxResults=7,
                    **EVERYBODY,
                )
                self.assertEqual(set(addresses(listed)), set(USERS))
                values = [key(user).lower() for user in listed]
                self.assertEqual(
                    values, sorted(values, reverse=direction == "DESCENDING"), order
                )

    def test_masks(self):
        """fields with nested parts, as paths, in brackets and by a star, along all pages"""
        masks = {
            "nextPageToken,users(primaryEmail,name(givenName,fullName))": {
                "primaryEmail": None,
                "name": {"givenName": None, "fullName": None},
            },
            "nextPageToken,users/primaryEmail,users/name/familyName": {
                "primaryEmail": None,
                "name": {"familyName": None},
            },
            "users(id,emails(address)),nextPageToken": {
                "id": None,
                "emails": {"address": None},
            },
            "nextPageToken,users(name/*)": {
                "name": {"givenName": None, "familyName": None, "fullName": None}
            },
        }
        for mask, shape in masks.items():
            listed = []
            for page in pages(directory().users(), fields=mask, maxResults=7, **EVERYBODY):
                self.assertLessEqual(set(page), {"users", "nextPageToken"}, mask)
                listed += page["users"]
            expected = [masked(user, shape) for user in USERS.values()]
            self.assertCountEqual(listed, expected, mask)

    def test_bad_mask(self):
        """a mask that names no field is refused: 400 invalidParameter"""
        for mask in ("users(nothing)", "users(", "users//name"):
            with self.assertRaises(HttpError) as raised:
                directory().users().list(fields=mask, **EVERYBODY).execute()
            self.assertEqual(raised.exception.status_code, 400)
            self.assertEqual(
                raised.exception.error_details[0]["reason"], "invalidParameter"
            )

    def test_queries(self):
        """query by standing, rights, name, address, prefix and organizational unit, alone and joined"""
        some = USERS[ADMIN]
        given, family = some["name"]["givenName"], some["name"]["familyName"]
        local = ADMIN.split("@")[0]
        unit = next(user["orgUnitPath"] for user in USERS.values() if user["orgUnitPath"] != "/")
        expected = {
            "isSuspended=true": lambda user: user.get("suspended"),
            "isSuspended=False isGuest=False": lambda user: not user.get("suspended")
            and not user.get("isGuestUser"),
            "isGuest=true": lambda user: user.get("isGuestUser"),
            "isArchived=true": lambda user: user.get("archived"),
            "isAdmin=true": lambda user: user["isAdmin"],
            "isDelegatedAdmin=true": lambda user: user["isDelegatedAdmin"],
            "isAdmin=true isSuspended=false": lambda user: user["isAdmin"]
            and not user.get("suspended"),
            f"email={ADMIN}": lambda user: user["primaryEmail"] == ADMIN,
            f"email:{local}*": lambda user: any(
                address["address"].lower().startswith(local) for address in user["emails"]
            ),
            f"givenName='{given}' familyName='{family}'": lambda user: (
                user["name"]["givenName"],
                user["name"]["familyName"],
            )
            == (given, family),
            f"orgUnitPath='{unit}'": lambda user: user["orgUnitPath"] == unit
            or user["orgUnitPath"].startswith(unit + "/"),
        }
        for query, wanted in expected.items():
            self.assertEqual(search(query), holding(wanted), query)
        with self.assertRaises(HttpError) as raised:
            search("isSuspended=perhaps")
        self.assertEqual(raised.exception.status_code, 400)
        self.assertEqual(raised.exception.error_details[0]["reason"], "invalid")

    def test_unicode(self):
        """names beyond ASCII arrive unharmed and can be searched for"""
        foreign = [
            user for user in USERS.values() if not user["name"]["familyName"].isascii()
        ]
        self.assertTrue(foreign)
        for user in foreign:
            name = user["name"]["familyName"]
            if "'" not in name and "\\" not in name:
                self.assertIn(user["primaryEmail"], search(f"familyName='{name}'"))

    def test_domain(self):
        """by domain instead of customer: that domain's users; a strange domain is refused: 404"""
        # A guest's address is in no domain of the tenant.
        domains = {domain["domainName"] for domain in tenant.TRUTH["domains"]}
        for domain in domains & {address.split("@")[1] for address in USERS}:
            listed = entries(directory().users(), "users", domain=domain)
            self.assertEqual(
                set(addresses(listed)), holding(lambda user: user["primaryEmail"].endswith("@" + domain))
            )
        with self.assertRaises(HttpError) as raised:
            directory().users().list(domain="stranger.example").execute()
        self.assertEqual(raised.exception.status_code, 404)

    def test_deleted(self):
        """showDeleted lists who was deleted, and nobody else"""
        listed = entries(directory().users(), "users", showDeleted="true", **EVERYBODY)
        self.assertEqual(listed, tenant.TRUTH["deletedUsers"])


class Single(unittest.TestCase):
    def test_get(self):
        """users.get by address, alias and id; aliases.list; an unknown user is 404 notFound"""
        users = directory().users()
        user = tenant.first(lambda user: user.get("aliases"))
        for key in (user["primaryEmail"], user["aliases"][0], user["id"]):
            self.assertEqual(users.get(userKey=key).execute(), directory_part(user))
        aliases = users.aliases().list(userKey=user["id"]).execute()["aliases"]
        self.assertEqual([alias["alias"] for alias in aliases], user["aliases"])
        with self.assertRaises(HttpError) as raised:
            users.get(userKey="nobody@example.com").execute()
        self.assertEqual(raised.exception.status_code, 404)
        self.assertEqual(raised.exception.reason, "Resource Not Found: userKey")
        self.assertEqual(raised.exception.error_details[0]["reason"], "notFound")

    def test_batch(self):
        """a batch of calls answers each one under its own name, refusals included"""
        service = directory()
        answers = {}

        def keep(name, answer, error):
            answers[name] = error.status_code if error else answer

        # The client's own new_batch_http_request goes to Google, whatever the endpoint.
        batch = BatchHttpRequest(callback=keep, batch_uri=ROOT + "/batch")
        for address in [*USERS, "nobody@example.com"]:
            batch.add(service.users().get(userKey=address), request_id=address)
        batch.execute()
        self.assertEqual(answers.pop("nobody@example.com"), 404)
        self.assertEqual(answers, {a: directory_part(user) for a, user in USERS.items()})

    def test_domains(self):
        """domains and their other names"""
        service = directory(scopes=tenant.DOMAINS)
        domains = service.domains().list(customer="my_customer").execute()["domains"]
        self.assertEqual(domains, tenant.TRUTH["domains"])
        aliases = service.domainAliases().list(customer="my_customer").execute()
        self.assertEqual(aliases.get("domainAliases", []), tenant.TRUTH["domainAliases"])

    def test_roles(self):
        """roles and their assignments, by pages, an empty page with a token included"""
        service = directory(scopes=tenant.ROLES)
        roles = entries(service.roles(), "items", customer="my_customer", maxResults=1)
        self.assertEqual(roles, tenant.TRUTH["roles"])
        assignments = list(
            pages(service.roleAssignments(), customer="my_customer", maxResults=2)
        )
        self.assertEqual(assignments[0].get("items", []), [])
        self.assertIn("nextPageToken", assignments[0])
        self.assertEqual(
            [entry for page in assignments for entry in page.get("items", [])],
            tenant.TRUTH["roleAssignments"],
        )


def masked(value, shape):
    if shape is None:
        return value
    if isinstance(value, list):
        return [masked(entry, shape) for entry in value]
    return {
        name: masked(value[name], below) for name, below in shape.items() if name in value
    }
