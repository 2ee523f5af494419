//! The cloud around the service accounts: who may read it, what it tells, and what can be taken away.

use serde_json::{Value, json};
use workspace_audit_emulator::{Options, TenantName};

use crate::client::{Answer, CLOUD, Client, options, read};

const CREDENTIALS: &str = "/v1/projects/-/serviceAccounts";
const ACCOUNTS: &str = "/v1/projects/apps-project/serviceAccounts";
const DOMAIN: &str = "apps-project.iam.gserviceaccount.com";

async fn reader(tenant: TenantName) -> (Client, String) {
    let client = Client::of(tenant).await;
    let token = client.token(None, &[CLOUD]).await;
    (client, token)
}

async fn post(client: &Client, token: &str, path: &str, body: &Value) -> Answer {
    let url = format!("{}{path}", client.emulator.base_url());
    read(client.http.post(url).bearer_auth(token).json(body).send().await.unwrap()).await
}

async fn ok(client: &Client, token: &str, path: &str) -> Value {
    let answer = client.get(token, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

#[tokio::test]
async fn the_hierarchy_is_walked_from_the_organization_down() {
    let (client, token) = reader(TenantName::Typical).await;
    let found = ok(&client, &token, "/v3/organizations:search?query=domain:example.com").await;
    let root = found["organizations"][0]["name"].as_str().unwrap().to_owned();
    assert_eq!(ok(&client, &token, &format!("/v3/{root}")).await["name"], root.as_str());
    let folders = ok(&client, &token, &format!("/v3/folders?parent={root}")).await;
    let folder = folders["folders"][0]["name"].as_str().unwrap().to_owned();
    assert_eq!(ok(&client, &token, &format!("/v3/{folder}")).await["parent"], root.as_str());
    let (below, _) = client.list(&token, &format!("/v3/projects?parent={folder}"), "projects").await;
    let (found, _) = client.list(&token, "/v3/projects:search", "projects").await;
    assert_eq!(below, found);
    assert_eq!(below.len(), 3);
    for project in &below {
        let name = project["name"].as_str().unwrap();
        assert_eq!(ok(&client, &token, &format!("/v3/{name}")).await, *project);
        let id = project["projectId"].as_str().unwrap();
        assert_eq!(ok(&client, &token, &format!("/v3/projects/{id}")).await, *project);
        let query = format!("/v3/projects:search?query=id:{id}");
        assert_eq!(client.list(&token, &query, "projects").await.0, std::slice::from_ref(project));
    }
    for name in [root, folder, "projects/apps-project".to_owned()] {
        let policy = post(&client, &token, &format!("/v3/{name}:getIamPolicy"), &json!({})).await;
        assert!(policy.body["bindings"].is_array(), "{name}: {}", policy.body);
    }
    let audited = post(&client, &token, "/v3/projects/audit-project:getIamPolicy", &json!({})).await.body;
    assert_eq!(audited["auditConfigs"][0]["service"], "iam.googleapis.com");
    assert_eq!(client.get(&token, "/v3/projects").await.status, 400);
    assert_eq!(client.get(&token, "/v3/projects/nowhere").await.status, 403);
}

#[tokio::test]
async fn a_conditional_binding_shows_its_condition_only_in_version_three() {
    let (client, token) = reader(TenantName::Typical).await;
    let path = format!("{ACCOUNTS}/room-displays@{DOMAIN}:getIamPolicy");
    let old = post(&client, &token, &path, &json!({})).await.body;
    assert_eq!(old["version"], 1);
    assert!(old["bindings"][0]["role"].as_str().unwrap().contains("_withcond_"));
    let new =
        post(&client, &token, &format!("{path}?options.requestedPolicyVersion=3"), &json!({})).await.body;
    assert_eq!(new["version"], 3);
    assert!(new["bindings"][0]["condition"]["expression"].as_str().unwrap().starts_with("request.time <"));
    let refused =
        post(&client, &token, &format!("{path}?options.requestedPolicyVersion=2"), &json!({})).await;
    assert_eq!(refused.status, 400);
    let options = json!({ "options": { "requestedPolicyVersion": 3 } });
    assert_eq!(post(&client, &token, "/v3/projects/apps-project:getIamPolicy", &options).await.status, 200);
}

#[tokio::test]
async fn roles_tell_their_permissions_and_deleted_ones_that_they_are() {
    let (client, token) = reader(TenantName::Typical).await;
    let creator = ok(&client, &token, "/v1/roles/iam.serviceAccountTokenCreator").await;
    let permissions = creator["includedPermissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("iam.serviceAccounts.signJwt")));
    let (brief, _) = client.list(&token, "/v1/roles?pageSize=7", "roles").await;
    assert!(brief.iter().all(|role| role.get("includedPermissions").is_none()));
    let (full, _) = client.list(&token, "/v1/roles?view=FULL", "roles").await;
    assert_eq!(full.len(), brief.len());
    assert!(full.contains(&creator));
    let custom = "/v1/projects/apps-project/roles";
    assert_eq!(client.list(&token, custom, "roles").await.0.len(), 1);
    assert_eq!(client.list(&token, &format!("{custom}?showDeleted=true"), "roles").await.0.len(), 2);
    assert_eq!(ok(&client, &token, &format!("{custom}/formerSigner")).await["deleted"], true);
    assert_eq!(client.get(&token, "/v1/roles/nothing").await.status, 404);
    let root = client.emulator.truth()["organization"]["name"].as_str().unwrap().to_owned();
    let (roles, _) = client.list(&token, &format!("/v1/{root}/roles"), "roles").await;
    let name = roles[0]["name"].as_str().unwrap();
    assert!(ok(&client, &token, &format!("/v1/{name}")).await["includedPermissions"].is_array());
}

#[tokio::test]
async fn assets_are_found_at_every_scope() {
    let (client, token) = reader(TenantName::Typical).await;
    let truth = client.emulator.truth();
    let count: usize = truth["projects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|project| project["serviceAccounts"].as_array().unwrap().len())
        .sum();
    let accounts = "searchAllResources?assetTypes=iam.googleapis.com%2FServiceAccount";
    for (scope, expected) in [
        (truth["organization"]["name"].as_str().unwrap(), count),
        (truth["folders"][0]["name"].as_str().unwrap(), count),
        ("projects/apps-project", 6),
    ] {
        for size in ["", "&pageSize=4", "&pageSize=1000"] {
            let (found, _) = client.list(&token, &format!("/v1/{scope}:{accounts}{size}"), "results").await;
            assert_eq!(found.len(), expected, "{scope}");
            assert!(found.iter().all(|account| account["additionalAttributes"]["uniqueId"].is_string()));
        }
        let (policies, _) =
            client.list(&token, &format!("/v1/{scope}:searchAllIamPolicies"), "results").await;
        assert!(policies.iter().all(|result| result["policy"]["bindings"].is_array()));
        assert!(policies.len() > 3, "{scope}");
    }
    assert_eq!(
        client.get(&token, "/v1/projects/apps-project:searchAllResources?assetTypes=x").await.status,
        400
    );
    assert_eq!(client.get(&token, "/v1/folders/1:searchAllResources").await.status, 403);
}

#[tokio::test]
async fn last_uses_org_policies_and_services_are_told() {
    let (client, token) = reader(TenantName::Typical).await;
    let activities = |kind: &str| {
        format!("/v1/projects/apps-project/locations/global/activityTypes/{kind}/activities:query")
    };
    let (accounts, _) =
        client.list(&token, &activities("serviceAccountLastAuthentication"), "activities").await;
    assert_eq!(accounts.len(), 6);
    let used = accounts.iter().filter(|entry| entry["activity"].get("lastAuthenticatedTime").is_some());
    assert_eq!(used.count(), 4);
    let (keys, _) =
        client.list(&token, &activities("serviceAccountKeyLastAuthentication"), "activities").await;
    assert!(keys.iter().any(|entry| entry["activity"]["lastAuthenticatedTime"] == "2026-11-19T07:00:00Z"));
    assert_eq!(client.get(&token, &activities("other")).await.status, 400);

    for (project, enforced) in [("audit-project", true), ("apps-project", false), ("data-project", true)] {
        let path = format!(
            "/v2/projects/{project}/policies/iam.disableServiceAccountKeyCreation:getEffectivePolicy"
        );
        assert_eq!(ok(&client, &token, &path).await["spec"]["rules"][0]["enforce"], enforced, "{project}");
    }
    let path = "/v2/projects/apps-project/policies/iam.serviceAccountKeyExposureResponse:getEffectivePolicy";
    let allowed = ok(&client, &token, path).await;
    assert_eq!(allowed["spec"]["rules"][0]["values"]["allowedValues"][0], "WAIT_FOR_ABUSE");

    let services = "/v1/projects/apps-project/services";
    let (off, _) = client.list(&token, &format!("{services}?filter=state:DISABLED"), "services").await;
    assert_eq!(off.len(), 2);
    assert_eq!(ok(&client, &token, &format!("{services}/iam.googleapis.com")).await["state"], "ENABLED");
    let names = "names=projects/apps-project/services/iam.googleapis.com&names=projects/apps-project/services/policyanalyzer.googleapis.com";
    let both = ok(&client, &token, &format!("{services}:batchGet?{names}")).await;
    assert_eq!(both["services"][1]["state"], "DISABLED");
    assert_eq!(client.get(&token, &format!("{services}:batchGet")).await.status, 400);
}

#[tokio::test]
async fn every_listing_of_the_cloud_is_the_same_by_any_page_size() {
    let client = Client::with(Options { page_cap: Some(1000), ..options(TenantName::Typical) }).await;
    let token = client.token(None, &[CLOUD]).await;
    let truth = client.emulator.truth();
    let root = truth["organization"]["name"].as_str().unwrap();
    let folder = truth["folders"][0]["name"].as_str().unwrap();
    let uses = "/v1/projects/apps-project/locations/global/activityTypes/serviceAccountLastAuthentication";
    for (path, field) in [
        ("/v1/roles?view=BASIC".to_owned(), "roles"),
        ("/v1/projects/apps-project/roles?showDeleted=true".to_owned(), "roles"),
        (format!("/v1/{root}/roles?showDeleted=true"), "roles"),
        (format!("/v3/projects?parent={folder}"), "projects"),
        ("/v3/projects:search?query=state:ACTIVE".to_owned(), "projects"),
        (format!("/v3/folders?parent={root}"), "folders"),
        ("/v3/organizations:search?query=domain:example.com".to_owned(), "organizations"),
        (format!("/v1/{root}:searchAllResources?prettyPrint=true"), "results"),
        (format!("/v1/{root}:searchAllIamPolicies?prettyPrint=true"), "results"),
        (format!("{uses}/activities:query?prettyPrint=true"), "activities"),
        ("/v1/projects/apps-project/services?filter=state:ENABLED".to_owned(), "services"),
    ] {
        let (whole, _) = client.list(&token, &path, field).await;
        assert!(!whole.is_empty(), "{path}");
        for size in [1, 2, 200] {
            let (same, _) = client.list(&token, &format!("{path}&pageSize={size}"), field).await;
            assert_eq!(same, whole, "{path} by {size}");
        }
    }
}

#[tokio::test]
async fn sources_are_taken_away_one_by_one() {
    let client = Client::with(Options {
        revoked_permissions: vec![
            "cloudasset.assets.searchAllResources".to_owned(),
            "policyanalyzer.*".to_owned(),
            "iam.serviceAccounts.getIamPolicy".to_owned(),
        ],
        disabled_services: vec!["orgpolicy.googleapis.com".to_owned()],
        ..options(TenantName::Typical)
    })
    .await;
    let token = client.token(None, &[CLOUD]).await;
    let reason = async |path: &str| {
        let answer = client.get(&token, path).await;
        assert_eq!(answer.status, 403, "{path}");
        let detail = &answer.body["error"]["details"][0];
        (detail["reason"].as_str().unwrap().to_owned(), detail["metadata"]["permission"].clone())
    };
    let denied = "IAM_PERMISSION_DENIED".to_owned();
    assert_eq!(
        reason("/v1/projects/apps-project:searchAllResources").await,
        (denied.clone(), json!("cloudasset.assets.searchAllResources"))
    );
    let uses = "/v1/projects/apps-project/locations/global/activityTypes/serviceAccountLastAuthentication/activities:query";
    assert_eq!(reason(uses).await.0, denied);
    let policy = "/v2/projects/apps-project/policies/iam.disableServiceAccountKeyUpload:getEffectivePolicy";
    assert_eq!(reason(policy).await.0, "SERVICE_DISABLED");
    let path = format!("{ACCOUNTS}/crm-sync@{DOMAIN}:getIamPolicy");
    assert_eq!(post(&client, &token, &path, &json!({})).await.status, 403);
    assert_eq!(client.get(&token, "/v1/projects/apps-project:searchAllIamPolicies").await.status, 200);
    assert_eq!(client.get(&token, ACCOUNTS).await.status, 200);
}

#[tokio::test]
async fn whoever_holds_the_permission_signs_for_the_account() {
    let (client, token) = reader(TenantName::Typical).await;
    let sign = async |token: &str, account: &str| {
        let body = json!({ "payload": json!({ "iss": account }).to_string() });
        post(&client, token, &format!("{CREDENTIALS}/{account}:signJwt"), &body).await.status
    };
    assert_eq!(sign(&token, "newsletter@data-project.iam.gserviceaccount.com").await, 200);
    assert_eq!(sign(&token, &format!("crm-sync@{DOMAIN}")).await, 403);
    assert_eq!(
        sign(&token, &format!("archive-export@{DOMAIN}")).await,
        200,
        "anybody may who has an account"
    );
    let other = client.signer_of(&format!("crm-sync@{DOMAIN}"));
    let assertion = other.sign(&client.claims(&other, None, &[CLOUD]));
    let other = client.exchange(&assertion).await.body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(sign(&other, &format!("crm-sync@{DOMAIN}")).await, 200, "it may sign as itself");
    assert_eq!(sign(&other, &format!("ticket-mailer@{DOMAIN}")).await, 403);
}

#[tokio::test]
async fn the_truth_tells_which_ways_lead_to_a_user() {
    let (client, _) = reader(TenantName::Typical).await;
    let truth = client.emulator.truth();
    let paths = truth["paths"].as_array().unwrap();
    let way = |principal: &str, account: &str, permission: &str| -> Option<bool> {
        let own = paths.iter().filter(|path| {
            path["principal"] == principal
                && path["account"].as_str().unwrap().starts_with(account)
                && path["steps"][0]["permission"].as_str().unwrap().ends_with(permission)
        });
        own.map(|path| path["completes"].as_bool().unwrap()).reduce(|one, other| one || other)
    };
    assert_eq!(way("user:erik.sandberg@example.com", "crm-sync", "actAs"), Some(true));
    assert_eq!(way("user:farid.rahimi@example.com", "ticket-mailer", "actAs"), Some(false));
    assert_eq!(way("group:platform@example.com", "ticket-mailer", "signJwt"), Some(true));
    assert_eq!(way("user:ida.moen@example.com", "room-displays", "signJwt"), Some(false), "it ended");
    assert_eq!(way("user:jan.dvorak@example.com", "room-displays", "signJwt"), Some(true));
    assert_eq!(way("user:monika.graf@example.com", "newsletter", "Keys.create"), Some(false), "switched off");
    assert_eq!(way("user:monika.graf@example.com", "crm-sync", "Keys.create"), Some(true));
    assert_eq!(way("user:olaf.brekke@example.com", "crm-sync", "signJwt"), None, "its role was deleted");
    let runner = "serviceAccount:runner@data-project.iam.gserviceaccount.com";
    assert_eq!(way(runner, "ticket-mailer", "signJwt"), Some(true));
    let deployer = "serviceAccount:deployer@data-project.iam.gserviceaccount.com";
    assert_eq!(way(deployer, "ticket-mailer", "getAccessToken"), Some(true), "by way of the runner");
    let outsiders = paths
        .iter()
        .filter(|path| path["people"].as_array().unwrap().contains(&json!("oncall@contractor.example")));
    assert!(outsiders.count() > 0);
}

#[tokio::test]
async fn certificates_are_there_for_anybody() {
    let (client, _) = reader(TenantName::Typical).await;
    let truth = client.emulator.truth();
    let show = async |name: &str| {
        let url = format!("{}/service_accounts/v1/metadata/x509/{name}", client.emulator.base_url());
        read(client.http.get(url).send().await.unwrap()).await
    };
    let account = &truth["projects"][1]["serviceAccounts"][3];
    let by_email = show(account["email"].as_str().unwrap()).await;
    assert_eq!(by_email.status, 200, "{}", by_email.body);
    let by_id = show(account["uniqueId"].as_str().unwrap()).await.body;
    let names = |body: &Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&by_email.body), names(&by_id));
    assert_eq!(names(&by_id).len(), 2, "a disabled key has none");
    for pem in by_id.as_object().unwrap().values() {
        reqwest::Certificate::from_pem(pem.as_str().unwrap().as_bytes()).unwrap();
    }
    for known in truth["ledger"].as_array().unwrap() {
        let status = show(known["clientId"].as_str().unwrap()).await.status;
        assert_eq!(status == 200, known["certificatesKnown"] == true, "{known}");
    }
}

#[tokio::test]
async fn permissions_are_told_of_those_that_are_asked_for() {
    let (client, token) = reader(TenantName::Typical).await;
    let asked = json!({ "permissions": ["iam.serviceAccounts.signJwt", "iam.serviceAccounts.list"] });
    let newsletter = "newsletter@data-project.iam.gserviceaccount.com";
    for (project, account, held) in [
        ("data-project", newsletter, json!(["iam.serviceAccounts.signJwt", "iam.serviceAccounts.list"])),
        ("-", newsletter, json!(["iam.serviceAccounts.signJwt", "iam.serviceAccounts.list"])),
        ("data-project", "runner@data-project.iam.gserviceaccount.com", json!(["iam.serviceAccounts.list"])),
        ("apps-project", newsletter, Value::Null),
        ("data-project", "nobody@data-project.iam.gserviceaccount.com", Value::Null),
    ] {
        let path = format!("/v1/projects/{project}/serviceAccounts/{account}:testIamPermissions");
        let answer = post(&client, &token, &path, &asked).await;
        assert_eq!((answer.status, &answer.body["permissions"]), (200, &held), "{path}");
    }
    let path = format!("/v1/projects/-/serviceAccounts/{newsletter}:testIamPermissions");
    assert_eq!(post(&client, &token, &path, &json!({ "permissions": ["iam.*"] })).await.status, 400);
}

#[tokio::test]
async fn identity_pools_are_listed_with_their_providers() {
    let (client, token) = reader(TenantName::Typical).await;
    let place = "/v1/projects/audit-project/locations/global/workloadIdentityPools";
    for size in [1, 2, 100] {
        let path = format!("{place}?showDeleted=true&pageSize={size}");
        let (pools, _) = client.list(&token, &path, "workloadIdentityPools").await;
        let states: Vec<_> =
            pools.iter().map(|pool| (pool["state"].as_str().unwrap(), pool["disabled"] == true)).collect();
        assert_eq!(states, [("ACTIVE", false), ("ACTIVE", true), ("DELETED", false)]);
        let path = format!("{place}/emulated/providers?pageSize={size}");
        let (providers, _) = client.list(&token, &path, "workloadIdentityPoolProviders").await;
        assert_eq!(providers.len(), 2);
    }
    assert_eq!(client.list(&token, place, "workloadIdentityPools").await.0.len(), 2);
    let elsewhere = ok(&client, &token, &place.replace("audit", "apps")).await;
    assert_eq!(elsewhere, json!({}));
    let options = Options {
        revoked_permissions: vec!["iam.workloadIdentityPools.*".to_owned()],
        ..options(TenantName::Typical)
    };
    let client = Client::with(options).await;
    let token = client.token(None, &[CLOUD]).await;
    assert_eq!(client.get(&token, place).await.status, 403);
}
