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
        for name, text in discovery.excerpt_files():
            self.assertEqual((discovery.EXCERPTS / name).read_text(), text, f"{name}: run excerpt.py")


if __name__ == "__main__":
    unittest.main()
