"""The emulated tenant: as Google's Python client reaches it, and as its truth has it."""

import json
import os
import pathlib

from google.oauth2 import service_account
from googleapiclient.discovery import build

ROOT = os.environ["EMULATOR_URL"]
FILES = pathlib.Path(os.environ["EMULATOR_FILES"])
KEY_FILE = FILES / "service-account.json"
TRUTH = json.loads((FILES / "truth.json").read_text(encoding="utf-8"))

ADMIN = TRUTH["admin"]
USERS = {user["primaryEmail"]: user for user in TRUTH["users"]}
MAILBOX_FIELDS = (
    "gmail sendAs delegates forwardingAddresses autoForwarding imap pop filters".split()
)

AUTH = "https://www.googleapis.com/auth/"
DIRECTORY = [AUTH + "admin.directory.user.readonly"]
DOMAINS = [AUTH + "admin.directory.domain.readonly"]
ROLES = [AUTH + "admin.directory.rolemanagement.readonly"]
SETTINGS = [AUTH + "gmail.settings.basic"]
CLOUD = [AUTH + "cloud-platform"]


KEY = service_account.Credentials.from_service_account_file(KEY_FILE)


def credentials(scopes, subject=None):
    return KEY.with_scopes(scopes).with_subject(subject)


def service(name, version, scopes, subject=None):
    return build(
        name,
        version,
        credentials=credentials(scopes, subject),
        client_options={"api_endpoint": ROOT},
        cache_discovery=False,
    )


def directory(subject=ADMIN, scopes=tuple(DIRECTORY)):
    return service("admin", "directory_v1", list(scopes), subject)


def mailbox(subject, scopes=tuple(SETTINGS)):
    return service("gmail", "v1", list(scopes), subject).users()


def iam():
    return service("iam", "v1", CLOUD)


def pages(collection, **parameters):
    """Every page of a listing, by the client's own way from one to the next."""
    request = collection.list(**parameters)
    while request is not None:
        page = request.execute()
        yield page
        request = collection.list_next(request, page)


def entries(collection, field, **parameters):
    return [
        entry
        for page in pages(collection, **parameters)
        for entry in page.get(field, [])
    ]


def directory_part(user):
    """What Directory knows of a user, out of all that the truth has."""
    return {name: value for name, value in user.items() if name not in MAILBOX_FIELDS}


def addresses(users):
    return [user["primaryEmail"] for user in users]


def first(wanted):
    """The first user that fits."""
    return next(user for user in USERS.values() if wanted(user))


def active(user):
    return not user.get("suspended") and not user.get("archived")
