"""GAM7, unpatched, with a configuration that leads it to the emulator under Google's own names."""

import csv
import datetime
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import google.auth.transport.requests
import requests
from google.oauth2 import service_account

from proxy import Proxy

ROOT = os.environ["EMULATOR_URL"]
FILES = pathlib.Path(os.environ["EMULATOR_FILES"])
TRUTH = json.loads((FILES / "truth.json").read_text(encoding="utf-8"))
KEY = json.loads((FILES / "service-account.json").read_text(encoding="utf-8"))
CA = str(FILES / "ca.pem")
GAM = pathlib.Path(sys.prefix).with_name(".venv-gam") / "bin" / "gam"

AUTH = "https://www.googleapis.com/auth/"
ADMIN_SCOPES = [
    AUTH + "admin.directory.user.readonly",
    AUTH + "admin.directory.domain.readonly",
    AUTH + "admin.directory.rolemanagement.readonly",
    # GAM looks for a holder of a role among users, then groups, then service accounts by their certificates.
    AUTH + "admin.directory.group.readonly",
]
# What GAM asks for in every token that reads a mailbox's settings.
GMAIL_SCOPES = [
    "https://mail.google.com/",
    AUTH + "gmail.modify",
    AUTH + "gmail.settings.basic",
    AUTH + "gmail.settings.sharing",
]


class Home:
    """A folder with gam.cfg, oauth2service.json and oauth2.txt, and a proxy to the emulator."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.proxy = Proxy(ROOT, CA)
        self.write("gam.cfg", self.configuration())
        self.write("oauth2service.json", json.dumps(self.service_account()))
        self.write("oauth2.txt", json.dumps(self.administrator()))

    def write(self, name, text):
        (self.path / name).write_text(text, encoding="utf-8")

    def configuration(self):
        return (
            "[DEFAULT]\n"
            f"cacerts_pem = {CA}\n"
            f"admin_email = {TRUTH['admin']}\n"
            f"customer_id = {TRUTH['customerId']}\n"
            f"domain = {TRUTH['customerDomain']}\n"
            "no_browser = true\n"
            # Else a reader of CSV finds every backslash twice.
            "csv_output_no_escape_char = true\n"
            f"cache_dir = {self.path}\n"
            f"drive_dir = {self.path}\n"
        )

    def service_account(self):
        """The emulator's key file, with Google's token endpoint instead of the emulator's."""
        return {
            **KEY,
            "token_uri": "https://oauth2.googleapis.com/token",
            "us_scopes": {"gmail": GMAIL_SCOPES},
        }

    def administrator(self):
        """GAM's record of a signed-in administrator.

        Nobody can sign in to the emulator: the token is one that the service account got by delegation.
        """
        session = requests.Session()
        session.trust_env, session.verify = False, CA
        credentials = service_account.Credentials.from_service_account_info(
            KEY, scopes=ADMIN_SCOPES, subject=TRUTH["admin"]
        )
        credentials.refresh(google.auth.transport.requests.Request(session))
        identity = {"email": TRUTH["admin"], "hd": TRUTH["customerDomain"]}
        expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=50)
        return {
            "client_id": "emulated.apps.googleusercontent.com",
            "client_secret": "none",
            "refresh_token": "none",
            "token": credentials.token,
            "token_expiry": expiry.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "token_uri": "https://oauth2.googleapis.com/token",
            "id_token": "none",
            "decoded_id_token": identity,
            "scopes": ADMIN_SCOPES,
        }

    def gam(self, *arguments, code=0):
        """What a command prints; its messages are in the error of one that fails."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "GAMCFGDIR": str(self.path),
            "http_proxy": self.proxy.url,
            "https_proxy": self.proxy.url,
        }
        done = subprocess.run(
            [GAM, *arguments],
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        if done.returncode != code:
            raise AssertionError(
                f"gam {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
            )
        return done.stdout

    def rows(self, *arguments, code=0):
        return list(csv.DictReader(io.StringIO(self.gam(*arguments, code=code))))
