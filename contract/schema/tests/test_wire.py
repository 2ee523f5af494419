import pathlib
import tempfile
import unittest

from schema import wire

SOURCE = """//! From the discovery document `admin.directory_v1`.

/// Reads users.
pub const USER_SCOPE: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";

/// `User`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: String,
    pub is_admin: Option<bool>,
    #[serde(rename = "isEnrolledIn2Sv")]
    pub is_enrolled: Option<bool>,
    pub name: Option<UserName>,
}

/// `UserName`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserName {
    pub full_name: Option<String>,
}

/// `users.list`: all.
pub fn list_users<'a>(session: &'a Session<'a>, customer: &str) -> Pages<'a, User> {
    let fields = "nextPageToken,users(id,isAdmin,\\
                  isEnrolledIn2Sv,name/fullName)";
    let request = Request::new(Api::Directory, "admin/directory/v1/users")
        .query("customer", customer.to_owned())
        .query("maxResults", "500")
        .query("fields", fields);
    Pages::new(session, USER_SCOPE, request, "users")
}
"""


def held(text: str):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "src", "google", "directory.rs")
        path.parent.mkdir(parents=True)
        path.write_text(text)
        return wire.held(pathlib.Path(folder))


class Wire(unittest.TestCase):
    def test_what_is_read(self):
        reads, found = held(SOURCE)
        self.assertEqual(found, [])
        self.assertEqual(
            reads[0].fields,
            {
                ("users", "id"): "String",
                ("users", "isAdmin"): "Option<bool>",
                ("users", "isEnrolledIn2Sv"): "Option<bool>",
                ("users", "name"): "Option<UserName>",
                ("users", "name", "fullName"): "Option<String>",
            },
        )

    def test_what_no_schema_knows(self):
        for old, new, words in [
            ("pub is_admin", "pub is_owner", "no field `isOwner`"),
            ("pub full_name", "pub whole_name", "no field `wholeName`"),
            ("id: String", "id: bool", "read as bool"),
            ("`UserName`", "`Name`", "no schema `Name`"),
            ("`users.list`", "`users.get`", "asks for directory.users.list"),
            ("name/fullName", "name/givenName", "the mask leaves it out"),
            ("discovery document", "document", "names no discovery document"),
            ('"admin/directory/v1/users")', "somewhere)", "cannot be held"),
            ("Pages<'a, User>", "Pages<'a, Person>", "neither here nor generated"),
        ]:
            self.assertIn(old, SOURCE)
            found = held(SOURCE.replace(old, new))[1]
            self.assertIn(words, " ".join(finding.text for finding in found), new)


if __name__ == "__main__":
    unittest.main()
