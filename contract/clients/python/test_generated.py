"""Google's generated clients over REST, `google.auth.default()` on a machine, and gcloud where it is installed."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from urllib.parse import urlsplit

import google.auth
import google.auth.transport.requests
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import Forbidden
from google.auth import iam
from google.auth.compute_engine import _metadata
from google.cloud import asset_v1, iam_credentials_v1, orgpolicy_v2, resourcemanager_v3

import tenant
from tenant import CLOUD, ROOT, TRUTH

PROJECTS = {project["projectId"] for project in TRUTH["projects"]}
ACCOUNTS = {account["email"] for project in TRUTH["projects"] for account in project["serviceAccounts"]}
ORGANIZATION = TRUTH["organization"]["name"]


def generated(client):
    return client(
        transport="rest",
        credentials=tenant.credentials(CLOUD),
        client_options=ClientOptions(api_endpoint=ROOT),
    )


class Generated(unittest.TestCase):
    def test_projects(self):
        """generated REST client: projects are searched for, and their policies read"""
        projects = generated(resourcemanager_v3.ProjectsClient)
        found = list(projects.search_projects())
        self.assertEqual({project.project_id for project in found}, PROJECTS)
        for project in TRUTH["projects"]:
            policy = projects.get_iam_policy(
                request={
                    "resource": f"projects/{project['projectId']}",
                    "options": {"requested_policy_version": 3},
                }
            )
            given = {(binding.role, member) for binding in policy.bindings for member in binding.members}
            told = {(b["role"], member) for b in project["policy"].get("bindings", []) for member in b["members"]}
            self.assertEqual(given, told)

    def test_organizations(self):
        """generated REST client: the organization is found"""
        found = list(generated(resourcemanager_v3.OrganizationsClient).search_organizations())
        self.assertEqual([organization.name for organization in found], [ORGANIZATION])

    def test_assets(self):
        """generated REST client: all service accounts of the organization, by pages of 2"""
        found = generated(asset_v1.AssetServiceClient).search_all_resources(
            request={
                "scope": ORGANIZATION,
                "asset_types": ["iam.googleapis.com/ServiceAccount"],
                "page_size": 2,
            }
        )
        self.assertEqual({resource.name.rsplit("/", 1)[1] for resource in found}, ACCOUNTS)

    def test_organization_policies(self):
        """generated REST client: the effective policy of a project"""
        name = f"projects/{sorted(PROJECTS)[0]}/policies/iam.disableServiceAccountKeyCreation"
        policy = generated(orgpolicy_v2.OrgPolicyClient).get_effective_policy(name=name)
        self.assertTrue(policy.spec.rules)

    def test_refusal(self):
        """generated REST client: a project that is not there reads like one without permission"""
        with self.assertRaises(Forbidden):
            generated(resourcemanager_v3.ProjectsClient).get_project(name="projects/nowhere")

    def test_signatures(self):
        """generated REST client and google-auth: the account signs as itself if it may, else 403"""
        credentials = generated(iam_credentials_v1.IAMCredentialsClient)
        name = f"projects/-/serviceAccounts/{TRUTH['auditAccount']}"
        try:
            signed = credentials.sign_jwt(name=name, payload="{}").signed_jwt
            self.assertEqual(signed.count("."), 2)
        except Forbidden as refusal:
            self.assertNotIn("scope", str(refusal).lower())

    def test_iam_scope(self):
        """google-auth's own scope for signing is enough for IAM, and for nothing else"""
        own = tenant.credentials(iam._IAM_SCOPE)
        session = google.auth.transport.requests.AuthorizedSession(own)
        session.trust_env = False
        project = sorted(PROJECTS)[0]
        answer = session.get(f"{ROOT}/v1/projects/{project}/serviceAccounts")
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(session.get(f"{ROOT}/v3/projects/{project}").status_code, 403)


class Machine(unittest.TestCase):
    def test_default(self):
        """google.auth.default() finds the metadata server, its account, project and scopes"""
        script = (
            "import google.auth, google.auth.transport.requests as t, json\n"
            "c, p = google.auth.default()\n"
            "c.refresh(t.Request())\n"
            "print(json.dumps([p, c.service_account_email, c.universe_domain, bool(c.token)]))"
        )
        host = urlsplit(ROOT).netloc
        with tempfile.TemporaryDirectory() as home:
            clean = {"PATH": os.environ["PATH"], "HOME": home, "GCE_METADATA_HOST": host}
            clean |= {"GCE_METADATA_IP": host, "GCE_METADATA_ROOT": host, "CLOUDSDK_CONFIG": home}
            told = subprocess.run(
                [shutil.sys.executable, "-c", script], env=clean, check=True, capture_output=True, timeout=60
            )
        project, account, universe, has_token = json.loads(told.stdout)
        self.assertIn(project, PROJECTS)
        self.assertEqual((account, universe, has_token), (TRUTH["auditAccount"], "googleapis.com", True))

    def test_ping(self):
        """the way in which google-auth asks whether there is a metadata server"""
        request = google.auth.transport.requests.Request()
        root, _metadata._METADATA_IP_ROOT = getattr(_metadata, "_METADATA_IP_ROOT", None), ROOT
        try:
            answer = request(url=ROOT, method="GET", headers=_metadata._METADATA_HEADERS, timeout=5)
        finally:
            _metadata._METADATA_IP_ROOT = root
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["metadata-flavor"], "Google")


@unittest.skipUnless(shutil.which("gcloud"), "gcloud is not installed")
class Gcloud(unittest.TestCase):
    def run_gcloud(self, *words):
        token = tenant.credentials(CLOUD)
        token.refresh(google.auth.transport.requests.Request())
        with tempfile.TemporaryDirectory() as home:
            file = os.path.join(home, "token")
            with open(file, "w", encoding="utf-8") as written:
                written.write(token.token)
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": home,
                "CLOUDSDK_CONFIG": home,
                "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": file,
                "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "1",
                "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
                "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
            }
            for api in ("IAM", "CLOUDRESOURCEMANAGER", "CLOUDASSET", "ORGPOLICY", "SERVICEUSAGE"):
                environment[f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{api}"] = ROOT + "/"
            told = subprocess.run(
                ["gcloud", *words, "--format=json"], env=environment, capture_output=True, timeout=120
            )
        self.assertEqual(told.returncode, 0, told.stderr.decode())
        return json.loads(told.stdout)

    def test_service_accounts(self):
        """gcloud lists service accounts and their keys"""
        for project in TRUTH["projects"][:1]:
            found = self.run_gcloud("iam", "service-accounts", "list", f"--project={project['projectId']}")
            self.assertEqual(
                {account["email"] for account in found},
                {account["email"] for account in project["serviceAccounts"]},
            )
            account = project["serviceAccounts"][0]
            keys = self.run_gcloud(
                "iam", "service-accounts", "keys", "list", f"--iam-account={account['email']}"
            )
            self.assertEqual({key["name"] for key in keys}, {key["name"] for key in account["keys"]})

    def test_pools(self):
        """gcloud lists identity pools with and without deleted ones: booleans as True"""
        project = TRUTH["auditAccount"].split("@")[1].split(".")[0]
        words = ("iam", "workload-identity-pools", "list", "--location=global", f"--project={project}")
        every, living = self.run_gcloud(*words, "--show-deleted"), self.run_gcloud(*words)
        self.assertGreaterEqual(len(every), len(living))

    def test_assets(self):
        """gcloud searches the organization for service accounts"""
        found = self.run_gcloud(
            "asset",
            "search-all-resources",
            f"--scope={ORGANIZATION}",
            "--asset-types=iam.googleapis.com/ServiceAccount",
        )
        self.assertEqual(len(found), len(ACCOUNTS))
