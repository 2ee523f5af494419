"""The same answers over HTTP/1.1 and HTTP/2; wrong verbs, wrong paths, descriptions, the clock."""

import datetime
import email.utils
import os
import unittest

import google.auth.transport.requests
import httpx
from googleapiclient.discovery import build

from tenant import ADMIN, DIRECTORY, ROOT, TRUTH, USERS, credentials, entries

LIST = "/admin/directory/v1/users"
ALL = {"customer": "my_customer", "orderBy": "email", "maxResults": "7"}


def client(version=1):
    token = credentials(DIRECTORY, ADMIN)
    token.refresh(google.auth.transport.requests.Request())
    return httpx.Client(
        base_url=ROOT,
        headers={"authorization": f"Bearer {token.token}"},
        http1=version == 1,
        http2=version == 2,
        verify=os.environ.get("EMULATOR_CA") or True,
        trust_env=False,
    )


class Transport(unittest.TestCase):
    def test_versions(self):
        """HTTP/1.1 and HTTP/2 (prior knowledge in clear) give the same pages"""
        listed = {}
        for version in (1, 2):
            with client(version) as http:
                page, users = {}, []
                while not users or "nextPageToken" in page:
                    onward = {"pageToken": page["nextPageToken"]} if page else {}
                    answer = http.get(LIST, params={**ALL, **onward})
                    self.assertEqual(answer.http_version, f"HTTP/{'1.1' if version == 1 else 2}")
                    page = answer.raise_for_status().json()
                    users += page["users"]
                listed[version] = users
        self.assertEqual(listed[1], listed[2])
        self.assertEqual(len(listed[1]), len(USERS))

    def test_wrong_verbs_and_paths(self):
        """no verb but the method's own, no path but Google's: an error, never data"""
        with client() as http:
            for verb in ("POST", "PUT", "PATCH", "DELETE"):
                answer = http.request(verb, LIST)
                self.assertIn(answer.status_code, (404, 405), verb)
                self.assertIn("error", answer.json())
            for path in (
                "/admin/directory/v1/user",
                "/admin/directory/v2/users",
                "/admin/directory/v1/users/",
                "/Admin/Directory/v1/users",
                "/gmail/v1/users/me/settings/sendas",
            ):
                answer = http.get(path)
                self.assertEqual(answer.status_code, 404, path)
                # A page for people, as Google answers where no method is.
                self.assertTrue(answer.headers["content-type"].startswith("text/html"), path)

    def test_unknown_parameter(self):
        """a parameter that the method does not have is named in the refusal"""
        with client() as http:
            answer = http.get(LIST, params={**ALL, "maxresults": "7"})
        self.assertEqual(answer.status_code, 400)
        self.assertIn('Unknown name "maxresults"', answer.json()["error"]["message"])

    def test_no_credential(self):
        """no token: 401 with Google's challenge"""
        with httpx.Client(base_url=ROOT, trust_env=False) as http:
            answer = http.get(LIST, params=ALL)
        self.assertEqual(answer.status_code, 401)
        self.assertTrue(answer.headers["www-authenticate"].startswith("Bearer realm="))

    def test_clock(self):
        """HEAD / tells the time"""
        with httpx.Client(base_url=ROOT, trust_env=False) as http:
            date = http.head("/").headers["date"]
        told = email.utils.parsedate_to_datetime(date)
        apart = datetime.datetime.now(datetime.timezone.utc) - told
        self.assertLess(abs(apart.total_seconds()), 60)

    def test_tokeninfo(self):
        """oauth2.tokeninfo tells the scopes of a token, and refuses one that nobody gave out: 400"""
        token = credentials(DIRECTORY, ADMIN)
        token.refresh(google.auth.transport.requests.Request())
        with httpx.Client(base_url=ROOT, trust_env=False) as http:
            told = http.post("/oauth2/v2/tokeninfo", params={"access_token": token.token})
            self.assertEqual(told.json()["scope"], DIRECTORY[0])
            told = http.post("/oauth2/v2/tokeninfo", params={"access_token": "ya29.nobodys"})
            self.assertEqual(told.status_code, 400)

    def test_description(self):
        """a service built from the emulator's own discovery document lists the tenant"""
        addresses = (
            ROOT + "/discovery/v1/apis/{api}/{apiVersion}/rest",
            ROOT + "/$discovery/rest?version={apiVersion}",
        )
        for address in addresses:
            service = build(
                "admin",
                "directory_v1",
                credentials=credentials(DIRECTORY, ADMIN),
                discoveryServiceUrl=address,
                static_discovery=False,
                cache_discovery=False,
            )
            listed = entries(service.users(), "users", customer=TRUTH["customerId"])
            self.assertEqual({user["id"] for user in listed}, {u["id"] for u in USERS.values()})


