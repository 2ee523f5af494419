import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from schema import discovery


class Discovery(unittest.TestCase):
    def ids(self, path: str) -> set[str]:
        return {f"{method.http_method} {method.id}" for method in discovery.at(path)}

    def test_paths_are_matched_by_template(self):
        self.assertIn("GET directory.users.list", self.ids("/admin/directory/v1/users"))
        self.assertIn(
            "GET directory.users.get",
            self.ids("/admin/directory/v1/users/a%40example.com"),
        )
        self.assertEqual(self.ids("/admin/directory/v1/users/a/b"), set())
        self.assertIn(
            "GET gmail.users.settings.sendAs.list",
            self.ids("/gmail/v1/users/me/settings/sendAs"),
        )

    def test_reserved_expansions_keep_to_their_pattern(self):
        account = "/v1/projects/p/serviceAccounts/a@b"
        self.assertIn("GET iam.projects.serviceAccounts.get", self.ids(account))
        self.assertNotIn("GET iam.projects.serviceAccounts.get", self.ids(f"{account}/keys/k"))
        self.assertIn("GET iam.projects.serviceAccounts.keys.get", self.ids(f"{account}/keys/k"))
        self.assertIn(
            "POST iamcredentials.projects.serviceAccounts.signJwt",
            self.ids(f"{account}:signJwt"),
        )

    def test_page_sizes_come_from_fields_or_words(self):
        users = discovery.method("directory.users.list")
        self.assertEqual((users.default_page, users.largest_page), (100, 500))
        accounts = discovery.method("iam.projects.serviceAccounts.list")
        self.assertEqual((accounts.default_page, accounts.largest_page), (20, 100))
        self.assertEqual(accounts.rows_property, "accounts")
        self.assertIsNone(discovery.method("gmail.users.settings.sendAs.list").size_parameter)

    def test_the_emulators_excerpts_are_made_of_the_installed_documents(self):
        with tempfile.TemporaryDirectory() as folder:
            script = shutil.copy(discovery.EXCERPTS / "excerpt.py", folder)
            subprocess.run([sys.executable, script], check=True)
            for made in pathlib.Path(folder).glob("*.[jt]*"):
                kept = (discovery.EXCERPTS / made.name).read_text()
                self.assertTrue(kept == made.read_text(), f"{made.name}: run excerpt.py")

    def test_what_is_served_is_described(self):
        self.assertGreater(len(discovery.served()), 25)
        for name in discovery.served():
            self.assertEqual(discovery.method(name).id, name)


if __name__ == "__main__":
    unittest.main()
