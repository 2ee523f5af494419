import json
import pathlib
import tempfile
import unittest

from schema import check, coverage

from .recorded import page, users


class Check(unittest.TestCase):
    def test_a_log_is_read_and_held(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "log.jsonl")
            good, bad = users().logged, users(answer={"people": []}).logged
            path.write_text(f"{json.dumps(good)}\n{json.dumps(bad)}\n")
            logged, found = check.log_file(path)
        self.assertEqual(len(logged), 2)
        self.assertEqual([finding.text for finding in found], ["people: Users has no field `people`"])
        self.assertTrue(found[0].where.startswith("log.jsonl:2 GET"), found[0].where)

    def test_secrets_in_a_log_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "log.jsonl")
            path.write_text(json.dumps(users(query={"query": "ya29.c.secret"}).logged))
            self.assertIn("holds a secret", check.log_file(path)[1][0].text)

    def test_an_exchange_without_a_sound_shape_is_a_finding(self):
        found = list(check.start([users(answer=[])]))
        self.assertIn("Users is an object", found[0].text)


class Coverage(unittest.TestCase):
    def test_what_was_never_answered_or_walked_once_is_missing(self):
        wanted = "directory.users.list was walked to its end by 1 page sizes, not by two"
        once = [finding.text for finding in coverage.findings([[page(1, [1])]], [])]
        self.assertIn(wanted, once)
        self.assertIn("no answer of iam.projects.serviceAccounts.list, which the emulator serves", once)
        self.assertFalse([text for text in once if "no answer of directory.users.list" in text])
        twice = coverage.findings([[page(1, [1]), page(2, [1], size=9)]], [])
        self.assertNotIn(wanted, [finding.text for finding in twice])


if __name__ == "__main__":
    unittest.main()
