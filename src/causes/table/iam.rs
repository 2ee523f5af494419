//! Google Cloud: IAM, identities of machines, projects and policies.

causes! {
    /// `signJwt` answered 403.
    SIGNING_DENIED = "signing_denied" {
        title: "The caller cannot sign for the service account: it lacks the role Service Account Token Creator",
        proof: "Run `gcloud iam service-accounts get-iam-policy ACCOUNT` and look for roles/iam.serviceAccountTokenCreator.",
        fix: "Grant the caller the role on the account: `gcloud iam service-accounts add-iam-policy-binding ACCOUNT --member=MEMBER --role=roles/iam.serviceAccountTokenCreator`. A program that runs as the account needs the role on the account itself. The role Owner does not contain it. A change can take some minutes.",
        place: ACCOUNT_PERMISSIONS,
        source: "gronxb/hot-updater#291; GoogleCloudPlatform/professional-services#725",
        own: Denied, Never,
    }
    IMPERSONATION_TARGET_UNKNOWN = "impersonation_target_unknown" {
        title: "The service account to become does not exist: often a user's address was given",
        proof: "Run `gcloud iam service-accounts describe ACCOUNT`.",
        fix: "Name a service account. A user is acted for by a subject, not by impersonation of Google Cloud.",
        place: SERVICE_ACCOUNTS,
        source: "googleapis/google-auth-library-java#402",
    }
    /// The account has no IAM role for the resource.
    IAM_PERMISSION_MISSING = "iam_permission_missing" {
        title: "The caller has no IAM role on the resource that allows the request",
        proof: "Run `gcloud asset analyze-iam-policy` or see the resource's Permissions.",
        fix: "Grant the caller the smallest role with the permission that the message names: Google's index of permissions lists the roles of each.",
        place: IAM,
        source: "terraform-google-modules/terraform-example-foundation#1146",
        own: Denied, Never,
    }
    /// No application-default identity.
    NO_MACHINE_IDENTITY = "no_machine_identity" {
        title: "The machine has no Google Cloud identity",
        proof: "Run `curl -H 'Metadata-Flavor: Google' http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/`.",
        fix: "Attach a service account to the machine, set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`.",
        place: MACHINE,
        source: "assumed",
        own: Denied, Never,
    }
    /// The application-default identity gave no token.
    MACHINE_IDENTITY_REFUSED = "machine_identity_refused" {
        title: "This machine's identity received no token",
        fix: "If a login expired, run `gcloud auth application-default login` again. Otherwise check the workload identity federation. The message has Google's reason.",
        place: MACHINE,
        own: Denied, Never,
    }
    WORKLOAD_IDENTITY_REFUSED = "workload_identity_refused" {
        title: "Workload identity federation does not accept the outside token: audience, issuer or attribute condition do not fit",
        proof: "Decode the outside token and compare `iss`, `aud` and the mapped attributes with the provider: `gcloud iam workload-identity-pools providers describe`.",
        fix: "Correct the audience in the credential file, or the provider's condition and mapping.",
        place: WORKLOAD_IDENTITY,
        source: "assumed",
    }
    PROJECT_SUSPENDED = "project_suspended" {
        title: "The calling project is suspended, deleted or not valid",
        proof: "Run `gcloud projects describe PROJECT`.",
        fix: "Read Google's notice in the Cloud console. Restore the project within 30 days of its deletion, or use a client of another project.",
        place: PROJECT_SETTINGS,
        source: "googleapis/googleapis google/api/error_reason.proto (CONSUMER_SUSPENDED, CONSUMER_INVALID)",
        own: Denied, Never,
    }
    BILLING_DISABLED = "billing_disabled" {
        title: "The API requires a billing account, and the calling project has none",
        proof: "Run `gcloud billing projects describe PROJECT`.",
        fix: "Link a billing account. Gmail API and Admin SDK need none.",
        place: BILLING,
        source: "googleapis/googleapis google/api/error_reason.proto (BILLING_DISABLED)",
    }
    /// An organization policy, or a perimeter of VPC Service Controls.
    CLOUD_POLICY = "cloud_policy" {
        title: "A service perimeter (VPC Service Controls) or an organization policy forbids the request",
        proof: "Run `gcloud logging read 'protoPayload.metadata.@type:VpcServiceControlAuditMetadata'` with the unique identifier of the text.",
        fix: "Allow the identity and the machine in the perimeter, or exempt the project.",
        place: CLOUD_POLICIES,
        source: "GoogleCloudPlatform/terraform-google-cloud-functions#109",
        own: Denied, Never,
    }
    KEY_CREATION_BLOCKED = "key_creation_blocked" {
        title: "An organization policy forbids keys of service accounts, which is the default of new organizations",
        proof: "Run `gcloud resource-manager org-policies describe iam.disableServiceAccountKeyCreation --project PROJECT --effective`.",
        fix: "Work without a key (attached account, workload identity federation), or exempt this project.",
        place: ORGANIZATION_POLICIES,
        source: "GaloyMoney/galoy-infra#242; GAM-team/GAM#1678",
    }
}
