import unittest

from schema import discovery, masks


class Masks(unittest.TestCase):
    def test_grammar(self):
        self.assertEqual(
            masks.parse("a,b/c,d(e,f/g)"),
            {"a": {}, "b": {"c": {}}, "d": {"e": {}, "f": {"g": {}}}},
        )
        self.assertEqual(masks.parse("a/b, a/c"), {"a": {"b": {}, "c": {}}})
        self.assertEqual(masks.parse("a,a/b"), {"a": {}})
        for broken in [
            "",
            ",",
            "a,",
            "a(",
            "a(b",
            "a)",
            "a//b",
            "a(b)c",
            "a b",
            "a/(b)",
            "a()",
            "a/" * 100_000 + "b",
            "a(" * 100_000 + "b",
        ]:
            with self.assertRaises(masks.BrokenMask, msg=broken):
                masks.parse(broken)

    def test_fields_that_the_answer_does_not_have(self):
        method = discovery.method("directory.users.list")
        unknown = lambda text: masks.unknown_fields(masks.parse(text), method)  # noqa: E731
        self.assertEqual(unknown("nextPageToken,users(id,name/fullName,emails/address)"), [])
        self.assertEqual(unknown("*"), [])
        self.assertEqual(unknown("users(id,gmail),items"), ["users/gmail", "items"])
        self.assertEqual(unknown("users/id/x,etag/x"), ["users/id/x", "etag/x"])
        self.assertEqual(unknown("*/name,users/*/fullName"), [])
        self.assertEqual(unknown("*/nope,users/*/nope"), ["*/nope", "users/*/nope"])

    def test_what_is_outside(self):
        answer = {
            "users": [{"id": "1", "name": {"fullName": "A", "givenName": "A"}}],
            "etag": "e",
        }
        outside = lambda text: list(masks.outside(masks.parse(text), answer))  # noqa: E731
        self.assertEqual(outside("*"), [])
        self.assertEqual(outside("users,etag"), [])
        self.assertEqual(outside("*,users/id"), [])
        self.assertEqual(outside("etag,users(*/fullName,name/givenName)"), ["users/id"])
        self.assertEqual(outside("users(id,name/fullName)"), ["users/name/givenName", "etag"])


if __name__ == "__main__":
    unittest.main()
