"""IAM through google-api-python-client, as the service account itself."""

import unittest

from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

import tenant
from tenant import TRUTH, entries, iam


# What the truth tells of an account or key, and other APIs answer.
ELSEWHERE = {"keys", "policy", "lastAuthenticatedTime"}


def without_keys(account):
    return {name: value for name, value in account.items() if name not in ELSEWHERE}


class ServiceAccounts(unittest.TestCase):
    def test_accounts(self):
        """every project's service accounts by pages of 1, and each one's keys, by kind"""
        for project in TRUTH["projects"]:
            accounts = iam().projects().serviceAccounts()
            name = f"projects/{project['projectId']}"
            listed = entries(accounts, "accounts", name=name, pageSize=1)
            self.assertEqual(listed, [without_keys(a) for a in project["serviceAccounts"]])
            for account in project["serviceAccounts"]:
                keys = accounts.keys()
                found = keys.list(name=account["name"]).execute().get("keys", [])
                self.assertEqual(found, [without_keys(key) for key in account["keys"]])
                found = keys.list(name=account["name"], keyTypes="USER_MANAGED").execute()
                self.assertEqual(
                    found.get("keys", []),
                    [without_keys(key) for key in account["keys"] if key["keyType"] == "USER_MANAGED"],
                )
                by_id = f"projects/-/serviceAccounts/{account['uniqueId']}"
                self.assertEqual(accounts.get(name=by_id).execute(), without_keys(account))

    def test_unknown_project(self):
        """a project that does not exist reads like one without permission: 403 PERMISSION_DENIED"""
        with self.assertRaises(HttpError) as raised:
            iam().projects().serviceAccounts().list(name="projects/nowhere").execute()
        self.assertEqual(raised.exception.status_code, 403)
        self.assertEqual(raised.exception.error_details[0]["reason"], "IAM_PERMISSION_DENIED")

    def test_self_signed(self):
        """a self-signed token, by scope or by audience, needs no token endpoint"""
        name = f"projects/{TRUTH['projects'][0]['projectId']}"
        for scopes in (tenant.CLOUD, None):
            service = build(
                "iam",
                "v1",
                credentials=tenant.credentials(scopes),
                client_options={"api_endpoint": tenant.ROOT},
                always_use_jwt_access=True,
                cache_discovery=False,
            )
            listed = entries(service.projects().serviceAccounts(), "accounts", name=name)
            self.assertEqual(len(listed), len(TRUTH["projects"][0]["serviceAccounts"]))
            self.assertFalse(service._http.credentials.token.startswith("ya29."))
