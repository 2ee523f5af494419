#!/usr/bin/env python3
"""Cut the served methods out of the discovery documents that google-api-python-client (Apache-2.0) ships.

Usage: pip install google-api-python-client, then run this file in its own folder.
"""

import json
import pathlib

import googleapiclient

DOCUMENTS = pathlib.Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
HERE = pathlib.Path(__file__).parent
SETTINGS = (
    "sendAs.list sendAs.get delegates.list delegates.get forwardingAddresses.list forwardingAddresses.get "
    "getAutoForwarding getImap getPop filters.list filters.get"
).split()
ROLES_OF = ("roles.", "projects.roles.", "organizations.roles.")
SERVED = {
    ("admin.directory_v1.json", "admin_directory_v1.json"): [
        "directory." + method
        for method in (
            "users.list users.get users.aliases.list domains.list domains.get domainAliases.list "
            "domainAliases.get orgunits.list customers.get roles.list roles.get privileges.list "
            "roleAssignments.list roleAssignments.get groups.list groups.get members.list members.get"
        ).split()
    ],
    ("admin.reports_v1.json", "admin_reports_v1.json"): ["reports.activities.list"],
    ("gmail.v1.json", "gmail_v1.json"): ["gmail.users.getProfile"]
    + ["gmail.users.settings." + method for method in SETTINGS],
    ("iam.v1.json", "iam_v1.json"): [
        "iam.projects.serviceAccounts." + method
        for method in ("list", "get", "getIamPolicy", "testIamPermissions", "keys.list", "keys.get")
    ]
    + [
        "iam.projects.locations.workloadIdentityPools." + method
        for method in ("list", "get", "providers.list", "providers.get")
    ]
    + ["iam." + parent + method for parent in ROLES_OF for method in ("list", "get")],
    ("iamcredentials.v1.json", "iamcredentials_v1.json"): [
        "iamcredentials.projects.serviceAccounts.signJwt"
    ],
    ("oauth2.v2.json", "oauth2_v2.json"): ["oauth2.tokeninfo"],
    ("cloudresourcemanager.v3.json", "cloudresourcemanager_v3.json"): [
        "cloudresourcemanager." + method
        for method in (
            "projects.get projects.list projects.search projects.getIamPolicy folders.get folders.list "
            "folders.getIamPolicy organizations.get organizations.search organizations.getIamPolicy"
        ).split()
    ],
    ("cloudasset.v1.json", "cloudasset_v1.json"): [
        "cloudasset.searchAllResources",
        "cloudasset.searchAllIamPolicies",
    ],
    ("cloudidentity.v1.json", "cloudidentity_v1.json"): ["cloudidentity.policies.list"],
    ("policyanalyzer.v1.json", "policyanalyzer_v1.json"): [
        "policyanalyzer.projects.locations.activityTypes.activities.query"
    ],
    ("orgpolicy.v2.json", "orgpolicy_v2.json"): ["orgpolicy.projects.policies.getEffectivePolicy"],
    ("serviceusage.v1.json", "serviceusage_v1.json"): [
        "serviceusage.services." + method for method in ("list", "get", "batchGet")
    ],
}
# Scopes that Google's help pages name and no discovery document does.
OTHER_SCOPES = {
    "openid",
    "email",
    "profile",
    "https://apps-apis.google.com/a/feeds/compliance/audit/",
    "https://www.googleapis.com/auth/admin.contact.delegation",
    "https://www.googleapis.com/auth/cloud-identity.userinvitations",
    "https://www.googleapis.com/auth/cloud-identity.userinvitations.readonly",
    "https://www.googleapis.com/auth/iam",
}
# Google's reference pages of these APIs name a scope beside those of their documents, for every method: for example
# https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts.keys/list. google-auth for Python
# asks for it alone where it signs. The pages win.
PAGE_SCOPES = {
    "iam.v1.json": ["https://www.googleapis.com/auth/iam"],
    "iamcredentials.v1.json": ["https://www.googleapis.com/auth/iam"],
}
HEAD = "kind id name version revision title protocol rootUrl servicePath baseUrl basePath batchPath".split()
KEPT = "type format enum $ref minimum maximum default pattern required repeated location".split()


def methods(resource):
    for method in resource.get("methods", {}).values():
        yield method["id"], method
    for below in resource.get("resources", {}).values():
        yield from methods(below)


def shape(schema):
    kept = {name: schema[name] for name in KEPT if name in schema}
    for name in ("items", "additionalProperties"):
        if name in schema:
            kept[name] = shape(schema[name])
    if "properties" in schema:
        kept["properties"] = {name: shape(below) for name, below in schema["properties"].items()}
    return kept


def references(value):
    if isinstance(value, dict):
        for name, below in value.items():
            if name == "$ref":
                yield below
            else:
                yield from references(below)
    elif isinstance(value, list):
        for below in value:
            yield from references(below)


def pruned(resource, ids, wanted, page_scopes):
    """The served methods of a resource and of those below it, in Google's own nesting."""
    kept = {}
    for name, method in resource.get("methods", {}).items():
        if method["id"] not in ids:
            continue
        entry = {key: method[key] for key in ("id", "httpMethod", "path", "flatPath") if key in method}
        entry["parameters"] = {key: shape(value) for key, value in method.get("parameters", {}).items()}
        entry["parameterOrder"] = method.get("parameterOrder", [])
        entry["scopes"] = method.get("scopes", []) + page_scopes
        for body in ("request", "response"):
            if body in method:
                entry[body] = {"$ref": method[body]["$ref"]}
                wanted.append(method[body]["$ref"])
        kept.setdefault("methods", {})[name] = entry
    for name, below in resource.get("resources", {}).items():
        below = pruned(below, ids, wanted, page_scopes)
        if below:
            kept.setdefault("resources", {})[name] = below
    return kept


def excerpt(document, ids, page_scopes):
    wanted, schemas = [], {}
    resources = pruned(document, ids, wanted, page_scopes)
    scopes = {scope for _, method in methods(resources) for scope in method["scopes"]}
    while wanted:
        name = wanted.pop()
        if name not in schemas:
            schemas[name] = shape(document["schemas"][name])
            wanted += references(schemas[name])
    return {
        **{name: document[name] for name in HEAD if name in document},
        "auth": {"oauth2": {"scopes": {scope: {"description": ""} for scope in sorted(scopes)}}},
        "parameters": {name: shape(value) for name, value in document.get("parameters", {}).items()},
        **resources,
        "schemas": dict(sorted(schemas.items())),
    }


def main():
    for (source, target), ids in SERVED.items():
        document = json.loads((DOCUMENTS / source).read_text())
        (HERE / target).write_text(json.dumps(excerpt(document, ids, PAGE_SCOPES.get(source, [])), indent=1))
    scopes = set(OTHER_SCOPES)
    for path in DOCUMENTS.glob("*.json"):
        auth = json.loads(path.read_text()).get("auth", {})
        scopes.update(auth.get("oauth2", {}).get("scopes", {}))
    (HERE / "scopes.txt").write_text("\n".join(sorted(scopes)) + "\n")


main()
