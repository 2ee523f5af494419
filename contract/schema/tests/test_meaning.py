import unittest

from schema import meaning

from .recorded import USERS_SCOPE, token_call, users

ACCOUNT = "audit@project.iam.gserviceaccount.com"
PERSON = {"id": "1", "primaryEmail": "ann@example.com", "suspended": False, "isAdmin": False, "gmail": "on"}
ADMIN = {"id": "2", "primaryEmail": "auditor@example.com", "suspended": False, "isAdmin": True, "gmail": "on"}
TRUTH = {
    "users": [PERSON, ADMIN],
    "deletedUsers": [],
    "groups": [],
    "projects": [
        {
            "projectId": "project",
            "projectNumber": "9",
            "policy": {"bindings": [{"role": "roles/owner", "members": ["user:ann@example.com"]}]},
            "serviceAccounts": [
                {
                    "email": ACCOUNT,
                    "uniqueId": "77",
                    "keys": [{"name": f"projects/project/x/keys/{'a' * 40}"}],
                }
            ],
        }
    ],
    "delegations": [{"clientId": "77", "scopes": [USERS_SCOPE]}],
}


def row(user: dict, **changes: object) -> dict:
    return {name: value for name, value in user.items() if name != "gmail"} | changes


def wrong(exchange) -> str:
    return "; ".join(text for _, text in meaning.start([exchange], TRUTH))


class Meaning(unittest.TestCase):
    def test_what_is_true_is_no_finding(self):
        self.assertEqual(wrong(users(answer={"users": [row(PERSON), row(ADMIN)]})), "")
        masked = users(answer={"users": [{"id": "1"}, {"id": "2"}]}, query={"fields": "users(id)"})
        self.assertEqual(wrong(masked), "")

    def test_rows_are_the_tenants(self):
        for answer, says in [
            ([row(PERSON, suspended=True), row(ADMIN)], "`suspended` is True, in truth False"),
            ([row(PERSON, id="3"), row(ADMIN)], "3 is answered, and the tenant has none such"),
            ([{"id": "1"}, row(ADMIN)], "is missing"),
            ([row(PERSON, nickname="a"), row(ADMIN)], "`nickname` is answered, and the truth has none"),
        ]:
            self.assertIn(says, wrong(users(answer={"users": answer})), says)

    def test_a_struck_exchange_tells_nothing(self):
        self.assertEqual(wrong(users(answer={"users": [row(PERSON, id="3")]}, fault=True)), "")

    def test_only_what_was_delegated_is_done(self):
        both = {"users": [row(PERSON), row(ADMIN)]}
        self.assertIn("nobody delegated", wrong(users(answer=both, scopes=[USERS_SCOPE, "other"])))
        self.assertIn("only administrators", wrong(users(answer=both, subject="ann@example.com")))
        self.assertIn("is no user", wrong(users(answer=both, subject="nobody@example.com")))

    def test_tokens_are_given_for_what_was_delegated(self):
        def given(status: int = 200, kid: str = "a" * 40, **changes: object) -> str:
            claims = {"iss": ACCOUNT, "sub": "ann@example.com", "scope": USERS_SCOPE} | changes
            answer = {"access_token": "x"} if status == 200 else {"error": "unauthorized_client"}
            return wrong(token_call(status, answer, claims=claims, assertion_header={"kid": kid}))

        self.assertEqual(given(), "")
        self.assertEqual(given(401, scope="other"), "")
        self.assertIn("all that it asks is delegated", given(401))
        self.assertIn("nobody delegated", given(scope="other"))
        self.assertIn("is no account", given(iss="x@y"))
        self.assertIn("who is no user", given(sub="nobody@example.com"))
        self.assertIn("does not have", given(kid="b" * 40))

    def test_policies_are_the_tenants(self):
        def policy(bindings: list) -> str:
            return wrong(
                users(
                    answer={"bindings": bindings},
                    method="POST",
                    path="/v3/projects/project:getIamPolicy",
                    operation="cloudresourcemanager.projects.getIamPolicy",
                    subject=None,
                )
            )

        whole = {"role": "roles/owner", "members": ["user:ann@example.com"]}
        self.assertEqual(policy([whole]), "")
        self.assertIn("lacks", policy([]))
        self.assertIn("beside the truth", policy([whole, whole | {"role": "roles/editor"}]))


if __name__ == "__main__":
    unittest.main()
