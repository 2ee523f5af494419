import unittest

from schema import discovery, values


class Values(unittest.TestCase):
    document = discovery.documents()["admin.directory_v1"]

    def wrong(self, value: object, schema: str = "User") -> list[str]:
        return list(values.complaints(value, {"$ref": schema}, self.document, schema))

    def test_what_fits_is_taken(self):
        user = {
            "kind": "admin#directory#user",
            "id": "1",
            "suspended": False,
            "creationTime": "2026-11-21T07:00:00.000Z",
            "aliases": ["a@example.com"],
            "emails": [{"address": "a@example.com", "primary": True}],
        }
        self.assertEqual(self.wrong(user), [])

    def test_what_does_not_fit_is_named(self):
        for value, words in [
            ({"primaryMail": "x"}, "no field `primaryMail`"),
            ({"suspended": "false"}, "of type boolean"),
            ({"suspended": None}, "of type boolean"),
            ({"aliases": "a"}, "is an array"),
            ({"name": []}, "is an object"),
            ({"creationTime": "2026-13-21T07:00:00Z"}, "format date-time"),
            ({"emails": [{"mail": "x"}]}, "UserEmail has no field `mail`"),
            ({"kind": "user"}, "always admin#directory#user"),
        ]:
            self.assertIn(words, " ".join(self.wrong(value)), value)

    def test_an_untyped_place_must_be_listed(self):
        self.assertIn("not listed in facts.LOOSE", self.wrong({"gender": {}})[0])

    def test_formats(self):
        for form, right, wrong in [
            ("int64", "-9223372036854775808", "9223372036854775808"),
            ("uint64", "7", "-7"),
            ("date", "2026-11-21", "21.11.2026"),
            ("byte", "BwXhqDYZTEE=", "not base64!"),
            ("google-duration", "3.5s", "3.5"),
        ]:
            schema = {"type": "string", "format": form}
            self.assertEqual(list(values.scalar(right, schema)), [], form)
            self.assertNotEqual(list(values.scalar(wrong, schema)), [], form)
        number = {"type": "integer", "format": "int32"}
        self.assertNotEqual(list(values.scalar(2**31, number)), [])
        self.assertNotEqual(list(values.scalar(True, number)), [])

    def test_parameters(self):
        size = discovery.method("directory.users.list").own_query["maxResults"]
        for text, is_right in [
            ("500", True),
            ("501", False),
            ("0", False),
            ("-1", False),
            ("many", False),
        ]:
            self.assertEqual(not list(values.parameter(text, size)), is_right, text)


if __name__ == "__main__":
    unittest.main()
