import unittest
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from schema import answered, own

from . import recorded
from .recorded import error, token_call, users


def certificate(name: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    built = x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
    built = built.public_key(key.public_key()).serial_number(1)
    built = built.not_valid_before(datetime(2026, 1, 1)).not_valid_after(datetime(2027, 1, 1))
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


ITEM = {"message": "No.", "domain": "global", "reason": "forbidden"}


class Answered(unittest.TestCase):
    def wrong(self, exchange) -> str:
        return "; ".join(answered.complaints(exchange))

    def test_a_good_exchange(self):
        self.assertEqual(self.wrong(users()), "")

    def test_requests_that_the_schema_does_not_know_are_refused(self):
        for query in [
            {"page": "2"},
            {"maxResults": "501"},
            {"orderBy": "age"},
            {"fields": "users(mail)"},
            {"fields": "("},
        ]:
            refusal = error(400, errors=[ITEM | {"reason": "badRequest"}], status="INVALID_ARGUMENT")
            self.assertIn("expected 400, answered 200", self.wrong(users(query=query)), query)
            self.assertEqual(self.wrong(users(query=query, status=400, answer=refusal)), "", query)
        nowhere = users(path="/admin/directory/v1/printers", operation=None)
        self.assertIn("expected 404", self.wrong(nowhere))
        self.assertIn("expected 404/405", self.wrong(users(method="PUT", operation=None)))
        self.assertIn("expected 404/405", self.wrong(users(path="/batch/gmail/v1", operation=None)))

    def test_a_value_in_the_path_is_held_and_a_whole_name_is_not(self):
        scope = "https://www.googleapis.com/auth/admin.reports.audit.readonly"
        log = "/admin/reports/v1/activity/users/all/applications/"
        asked = {"operation": "reports.activities.list", "scopes": [scope], "query": {"customerId": "C1"}}
        known = users(path=log + "admin", answer={}, **asked)
        self.assertNotIn("applicationName", self.wrong(known))
        unknown = users(path=log + "printers", answer={}, **asked)
        self.assertIn("parameter applicationName is one of", self.wrong(unknown))

    def test_certificates_are_read(self):
        path = "/service_accounts/v1/metadata/x509/a@b.iam.gserviceaccount.com"
        asked = {"path": path, "operation": None, "client": None, "scopes": []}
        one, other = certificate("a.b"), certificate("c.d")
        self.assertEqual(self.wrong(users(answer={"a" * 40: one, "b" * 40: one}, **asked)), "")
        several = users(answer={"a" * 40: one, "b" * 40: other}, **asked)
        self.assertIn("certificates of several accounts: CN=a.b, CN=c.d", self.wrong(several))
        self.assertIn("is no id of a key", self.wrong(users(answer={"key": one}, **asked)))
        self.assertIn("cannot be read", self.wrong(users(answer={"a" * 40: "none"}, **asked)))

    def test_sort_order_ignores_case_and_order_by_does_not(self):
        self.assertEqual(self.wrong(users(query={"sortOrder": "descending"})), "")
        self.assertIn("orderBy is one of", self.wrong(users(query={"orderBy": "EMAIL"})))

    def test_scopes_are_checked_both_ways(self):
        self.assertRegex(self.wrong(users(scopes=["email"])), "expected 403, answered 200$")
        self.assertIn("expected 401, answered 200", self.wrong(users(client=None)))
        information = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
        }
        refusal = error(403, status="PERMISSION_DENIED", details=[information])
        self.assertEqual(self.wrong(users(scopes=["email"], status=403, answer=refusal)), "")
        self.assertIn("accepts one of them", self.wrong(users(status=403, answer=refusal)))
        bare = error(403, errors=[ITEM])
        self.assertIn(
            "without the reason",
            self.wrong(users(scopes=["email"], status=403, answer=bare)),
        )

    def test_masks_are_honoured(self):
        answer = {"users": [{"id": "1", "suspended": True}]}
        self.assertIn(
            "answers `users/suspended`",
            self.wrong(users(answer=answer, query={"fields": "users/id"})),
        )

    def test_planned_faults(self):
        def struck(word, **changes):
            return self.wrong(users(fault=True, fault_answer=word, **changes))

        self.assertIn("like any other", struck("500"))
        self.assertIn("like any other", struck("userRateLimitExceeded"))
        self.assertEqual(struck("drip=1ms"), "")
        self.assertIn("User has no field", struck("drip=1ms", answer={"users": [{"mail": "a"}]}))
        for word, status in [
            ("hang", 0),
            ("garbage", 200),
            ("html=502", 502),
            ("body=403", 403),
            ("patch", 200),
        ]:
            nothing = users(fault=True, fault_answer=word, status=status)
            nothing.logged["response"] = None
            self.assertEqual(self.wrong(nothing), "", word)
            nothing.logged["status"] = 100
            self.assertIn("does not go with HTTP 100", self.wrong(nothing), word)
        silent = users(fault=True, fault_answer="500", status=500)
        silent.logged["response"] = None
        self.assertIn("an answer that can be read", self.wrong(silent))

    def test_a_shared_path_is_told_apart_by_its_operation(self):
        scope = "https://www.googleapis.com/auth/cloud-platform"
        signed = users(
            answer={"keyId": "k", "signedJwt": "REDACTED"},
            method="POST",
            path="/v1/projects/-/serviceAccounts/a@b.iam.gserviceaccount.com:signJwt",
            operation="iamcredentials.projects.serviceAccounts.signJwt",
            scopes=[scope],
        )
        signed.logged["query"] = ""
        self.assertEqual(self.wrong(signed), "")
        signed.logged["response"] = {"keyId": 7}
        self.assertNotEqual(self.wrong(signed), "")

    def test_tokens_of_the_metadata_server(self):
        path = "/computeMetadata/v1/instance/service-accounts/default/token"
        token = {"access_token": "REDACTED", "expires_in": 3599, "token_type": "Bearer"}
        self.assertEqual(self.wrong(users(path=path, operation=None, answer=token)), "")
        answer = token | {"expires_in": 7200}
        self.assertNotEqual(self.wrong(users(path=path, operation=None, answer=answer)), "")

    def test_the_envelope(self):
        for answer, words in [
            ({"message": "No."}, "no envelope"),
            (error(404, errors=[ITEM]), "error.code is 404"),
            (error(403), "neither error.status nor error.errors"),
            (error(403, status="NOT_FOUND"), "does not go with HTTP 403"),
            (error(403, errors=[{"message": "No."}]), "domain is missing"),
            (
                error(403, status="PERMISSION_DENIED", hint="x"),
                "error.hint is no field",
            ),
            (
                error(403, status="PERMISSION_DENIED", details=[{"reason": "X"}]),
                "error.details",
            ),
            (
                error(
                    403,
                    status="PERMISSION_DENIED",
                    details=[
                        {
                            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                            "reason": "NO_SUCH_REASON",
                            "domain": "googleapis.com",
                        }
                    ],
                ),
                "no reason of googleapis.com",
            ),
        ]:
            self.assertIn(words, self.wrong(users(status=403, answer=answer)))

    def test_token_answers(self):
        good = {"access_token": "REDACTED", "expires_in": 3599, "token_type": "Bearer"}
        self.assertEqual(self.wrong(token_call(200, good)), "")
        self.assertIn(
            "expires_in has the maximum",
            self.wrong(token_call(200, good | {"expires_in": 7200})),
        )
        refusal = {"error": "invalid_grant", "error_description": "Invalid JWT."}
        self.assertEqual(self.wrong(token_call(400, refusal)), "")
        self.assertIn("does not go with HTTP 401", self.wrong(token_call(401, refusal)))
        self.assertIn("is flat", self.wrong(token_call(400, error(400))))


class Own(unittest.TestCase):
    def wrong(self, **changes) -> str:
        return "; ".join(own.complaints(users(user_agent="workspace-audit/0.1.0", **changes)))

    def test_the_largest_page_and_a_mask(self):
        self.assertEqual(
            self.wrong(query={"maxResults": "500", "fields": "users/id,nextPageToken"}),
            "",
        )
        self.assertIn("its largest page is 500", self.wrong(query={"fields": "users/id"}))
        self.assertIn("without a mask", self.wrong(query={"maxResults": "500"}))
        self.assertIn("no parameter `limit`", self.wrong(query={"limit": "1"}))

    def test_assertions(self):
        claims = {
            "iss": "a",
            "sub": "b",
            "scope": recorded.USERS_SCOPE,
            "aud": "c",
            "iat": 0,
            "exp": 3600,
        }
        wrong = lambda **changes: "; ".join(
            own.complaints(token_call(200, {}, claims=claims | changes))
        )  # noqa: E731
        self.assertEqual(wrong(), "")
        self.assertIn("lives 7200 seconds", wrong(exp=7200))
        self.assertIn(
            "no document knows",
            wrong(scope="https://www.googleapis.com/auth/everything"),
        )
        self.assertIn("unknown claim `role`", wrong(role="x"))
        refreshed = token_call(200, {}, form={"grant_type": "refresh_token"})
        self.assertEqual(list(own.complaints(refreshed)), [])


if __name__ == "__main__":
    unittest.main()
