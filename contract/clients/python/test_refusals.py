"""What is refused, in the error class and with the reason that the client raises at Google."""

import unittest

from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

import tenant
from tenant import ADMIN, AUTH, SETTINGS, TRUTH, active, credentials, directory, mailbox

UNAUTHORIZED = (
    "Client is unauthorized to retrieve access tokens using this method, "
    "or client not authorized for any of the scopes requested."
)
ORDINARY = tenant.first(
    lambda user: active(user) and not user["isAdmin"] and not user["isDelegatedAdmin"]
)
LISTED = {"customer": "my_customer"}


class Tokens(unittest.TestCase):
    def refused(self, error, description, scopes, subject):
        with self.assertRaises(RefreshError) as raised:
            credentials(scopes, subject).refresh(Request())
        self.assertEqual(raised.exception.args[0], f"{error}: {description}")
        self.assertEqual(
            raised.exception.args[1], {"error": error, "error_description": description}
        )
        self.assertFalse(raised.exception.retryable)

    def test_undelegated_scope(self):
        """no scope delegated: RefreshError unauthorized_client"""
        self.refused("unauthorized_client", UNAUTHORIZED, [AUTH + "drive"], ADMIN)

    def test_some_scopes(self):
        """some scopes delegated, all asked for: RefreshError access_denied, no token at all"""
        scopes = [*SETTINGS, AUTH + "drive"]
        self.refused("access_denied", "Requested client not authorized.", scopes, ADMIN)

    def test_unknown_scope(self):
        """a scope that does not exist: RefreshError invalid_scope"""
        description = "Invalid OAuth scope or ID token audience provided."
        self.refused("invalid_scope", description, [AUTH + "gmail.everything"], ADMIN)

    def test_unknown_user(self):
        """an unknown user, or an alias, as subject: RefreshError invalid_grant"""
        alias = tenant.first(lambda user: user.get("aliases"))["aliases"][0]
        for subject in ("nobody@example.com", alias):
            self.refused("invalid_grant", "Invalid email or User ID", SETTINGS, subject)

    def test_deleted_user(self):
        """a deleted user as subject: RefreshError invalid_grant"""
        subject = TRUTH["deletedUsers"][0]["primaryEmail"]
        self.refused("invalid_grant", "The account has been deleted", SETTINGS, subject)

    def test_malformed_subject(self):
        """no address as subject: RefreshError invalid_request"""
        description = "Invalid impersonation prn email address"
        self.refused("invalid_request", description, SETTINGS, "somebody")


class Calls(unittest.TestCase):
    def refused(self, status, reason, message, request):
        with self.assertRaises(HttpError) as raised:
            request.execute()
        error = raised.exception
        self.assertEqual(error.status_code, status)
        self.assertEqual(error.reason, message)
        self.assertEqual(error.error_details[0]["reason"], reason)
        return error

    def test_ordinary_subject(self):
        """a subject without administrator's rights: HttpError 403 forbidden"""
        self.refused(
            403,
            "forbidden",
            "Not Authorized to access this resource/api",
            directory(ORDINARY["primaryEmail"]).users().list(**LISTED),
        )

    def test_suspended(self):
        """a suspended user's mailbox: HttpError 403 forbidden"""
        user = tenant.first(lambda user: user.get("suspended"))
        settings = mailbox(user["primaryEmail"]).settings()
        self.refused(403, "forbidden", "Forbidden", settings.sendAs().list(userId="me"))

    def test_gmail_off(self):
        """a user with Gmail off: HttpError 400 failedPrecondition"""
        user = tenant.first(lambda user: user["gmail"] == "off")
        settings = mailbox(user["primaryEmail"]).settings()
        self.refused(
            400,
            "failedPrecondition",
            "Mail service not enabled",
            settings.sendAs().list(userId="me"),
        )

    def test_no_subject(self):
        """Gmail without a subject: HttpError 400; Directory without one: HttpError 503"""
        own = credentials([AUTH + "gmail.settings.basic"])
        service = build(
            "gmail",
            "v1",
            credentials=own,
            client_options={"api_endpoint": tenant.ROOT},
            cache_discovery=False,
        )
        self.refused(
            400,
            "failedPrecondition",
            "Precondition check failed.",
            service.users().settings().sendAs().list(userId="me"),
        )
        self.refused(
            503,
            "backendError",
            "Service unavailable. Please try again",
            directory(None).users().list(**LISTED),
        )

    def test_somebody_elses_mailbox(self):
        """another user's mailbox than the subject's: HttpError 403 forbidden"""
        settings = mailbox(ADMIN).settings()
        self.refused(
            403,
            "forbidden",
            f"Delegation denied for {ADMIN}",
            settings.sendAs().list(userId=ORDINARY["primaryEmail"]),
        )

    def test_scope_of_the_token(self):
        """a token without the method's scope: HttpError 403 naming the scopes"""
        error = self.refused(
            403,
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "Request had insufficient authentication scopes.",
            tenant.mailbox(ADMIN, tenant.DIRECTORY).settings().sendAs().list(userId="me"),
        )
        self.assertIn("gmail.settings.basic", error.resp["www-authenticate"])

    def test_stale_token(self):
        """a token nobody gave out: 401, upon which the client asks for another: RefreshError"""
        service = build(
            "admin",
            "directory_v1",
            credentials=Credentials("ya29.nobodys"),
            client_options={"api_endpoint": tenant.ROOT},
            cache_discovery=False,
        )
        with self.assertRaises(RefreshError):
            service.users().list(**LISTED).execute()

    def test_bad_values(self):
        """numbers out of range, unknown customers and missing parameters: HttpError 400, 403, 400"""
        users = directory().users()
        self.refused(
            400,
            "invalidParameter",
            "Invalid value '501'. Values must be within the range: [1, 500]",
            users.list(maxResults=501, **LISTED),
        )
        self.refused(
            403,
            "forbidden",
            "Not Authorized to access this resource/api",
            users.list(customer="C0stranger"),
        )
        self.refused(400, "badRequest", "Bad Request", users.list())
