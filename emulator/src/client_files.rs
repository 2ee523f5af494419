//! The files a client needs to audit the emulated tenant.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::json;
use toml::value::Datetime;

use crate::error::EmulatorError;
use crate::principals::{CLOUD_TOOL, CLOUD_TOOL_SECRET, REFRESH_TOKEN, SUBJECT_TOKEN, audience};
use crate::tenant::{KeyOrigin, Tenant, truth};
use crate::world::World;

/// The files that were written.
#[derive(Debug, Clone)]
pub struct ClientFiles {
    /// The configuration, naming the others relative to its own folder.
    pub config: PathBuf,
    /// The service account's key file in Google's layout.
    pub key_file: PathBuf,
    /// The delegation list as the Admin console shows it.
    pub console_grants: PathBuf,
    /// The findings the tenant accepts.
    pub exceptions: PathBuf,
    /// All that the tenant holds, for tests to compare with; none for a tenant too large to write out.
    pub truth: Option<PathBuf>,
    /// Application-default credentials of a user who signed in to the cloud.
    pub application_default: PathBuf,
    /// Application-default credentials of a workload elsewhere; its token is in a file beside it.
    pub external_account: PathBuf,
    /// The private authority to trust, if the emulator serves TLS.
    pub ca_certificate: Option<PathBuf>,
}

const CONFIG: &str = "config.toml";
const KEY_FILE: &str = "service-account.json";
const CONSOLE_GRANTS: &str = "dwd.csv";
const EXCEPTIONS: &str = "exceptions.toml";
const TRUTH: &str = "truth.json";
const APPLICATION_DEFAULT: &str = "application-default.json";
const EXTERNAL_ACCOUNT: &str = "external-account.json";
const SUBJECT_TOKEN_FILE: &str = "subject-token";
const CA_CERTIFICATE: &str = "ca.pem";

/// A tenant with more users than this is described by nothing but its own answers.
pub(crate) const LARGEST_TRUTH: usize = 10_000;

pub(crate) fn write(
    folder: &Path,
    world: &World,
    base_url: &str,
    private_key: &[u8],
    authority_pem: Option<&str>,
) -> Result<ClientFiles, EmulatorError> {
    fs::create_dir_all(folder).map_err(|source| EmulatorError::Write { path: folder.to_owned(), source })?;
    let keep = |name: &str, text: &str| write_private(folder.join(name), text);
    Ok(ClientFiles {
        config: keep(CONFIG, &config(world, base_url)?)?,
        key_file: keep(KEY_FILE, &key_file(world, &world.tenant.audit_account, private_key)?)?,
        console_grants: keep(CONSOLE_GRANTS, &console_grants(&world.tenant)?)?,
        exceptions: keep(EXCEPTIONS, &exceptions(world)?)?,
        truth: (world.tenant.people.len() <= LARGEST_TRUTH)
            .then(|| keep(TRUTH, &format!("{:#}\n", truth(&world.tenant, world.clock.now()))))
            .transpose()?,
        application_default: keep(APPLICATION_DEFAULT, &application_default(world)?)?,
        external_account: {
            let subject_token = keep(SUBJECT_TOKEN_FILE, &format!("{SUBJECT_TOKEN}.workload"))?;
            keep(EXTERNAL_ACCOUNT, &external_account(world, &subject_token)?)?
        },
        ca_certificate: authority_pem.map(|pem| keep(CA_CERTIFICATE, pem)).transpose()?,
    })
}

#[derive(Serialize)]
struct Config<'a> {
    tenant: TenantSection<'a>,
    auth: AuthSection,
    cloud: CloudSection<'a>,
    checks: ChecksSection,
    reports: ReportsSection,
    history: HistorySection,
    google: GoogleSection<'a>,
}

#[derive(Serialize)]
struct TenantSection<'a> {
    customer: &'a str,
    admin: &'a str,
}

#[derive(Serialize)]
struct AuthSection {
    key_file: &'static str,
}

#[derive(Serialize)]
struct CloudSection<'a> {
    projects: Vec<&'a str>,
    console_grants: &'static str,
    console_grants_date: Datetime,
}

#[derive(Serialize)]
struct ChecksSection {
    exceptions: &'static str,
}

#[derive(Serialize)]
struct ReportsSection {
    directory: &'static str,
}

#[derive(Serialize)]
struct HistorySection {
    path: &'static str,
}

#[derive(Serialize)]
struct GoogleSection<'a> {
    base_url: &'a str,
}

fn config(world: &World, base_url: &str) -> Result<String, EmulatorError> {
    let config = Config {
        tenant: TenantSection { customer: "my_customer", admin: &world.tenant.admin },
        auth: AuthSection { key_file: KEY_FILE },
        cloud: CloudSection {
            projects: world.tenant.projects.iter().map(|project| project.id.as_str()).collect(),
            console_grants: CONSOLE_GRANTS,
            console_grants_date: date(world.clock.now())?,
        },
        checks: ChecksSection { exceptions: EXCEPTIONS },
        reports: ReportsSection { directory: "reports" },
        history: HistorySection { path: "reports/history.sqlite" },
        google: GoogleSection { base_url },
    };
    toml::to_string(&config).map_err(|error| layout("the configuration", &error))
}

/// Google's layout of a key file, with this server's token endpoint.
#[derive(Serialize)]
struct KeyFile<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    project_id: &'a str,
    private_key_id: &'a str,
    private_key: String,
    client_email: &'a str,
    client_id: &'a str,
    auth_uri: &'static str,
    token_uri: &'a str,
    auth_provider_x509_cert_url: &'static str,
    client_x509_cert_url: String,
    universe_domain: &'static str,
}

pub(crate) fn write_key_file(
    path: &Path,
    world: &World,
    account: &str,
    private_key: &[u8],
) -> Result<PathBuf, EmulatorError> {
    write_private(path.to_owned(), &key_file(world, account, private_key)?)
}

/// The file of the account's newest user-managed key.
fn key_file(world: &World, account: &str, private_key: &[u8]) -> Result<String, EmulatorError> {
    let unknown = || EmulatorError::NoSuchKey(account.to_owned());
    let (project, account) = world.tenant.account(account).ok_or_else(unknown)?;
    let key = account.keys.iter().rfind(|key| key.origin != KeyOrigin::SystemManaged).ok_or_else(unknown)?;
    let key_file = KeyFile {
        kind: "service_account",
        project_id: &project.id,
        private_key_id: &key.id,
        private_key: pem("PRIVATE KEY", private_key),
        client_email: &account.email,
        client_id: &account.client_id,
        auth_uri: "https://accounts.google.com/o/oauth2/auth",
        token_uri: &world.token_uri,
        auth_provider_x509_cert_url: "https://www.googleapis.com/oauth2/v1/certs",
        client_x509_cert_url: format!(
            "https://www.googleapis.com/robot/v1/metadata/x509/{}",
            account.email.replace('@', "%40")
        ),
        universe_domain: "googleapis.com",
    };
    serde_json::to_string_pretty(&key_file).map_err(|error| layout("the key file", &error))
}

/// gcloud's layout, and the token endpoint that some libraries take from it.
fn application_default(world: &World) -> Result<String, EmulatorError> {
    let file = json!({
        "type": "authorized_user",
        "client_id": CLOUD_TOOL,
        "client_secret": CLOUD_TOOL_SECRET,
        "refresh_token": REFRESH_TOKEN,
        "quota_project_id": world.tenant.audit_account().0.id,
        "token_uri": world.token_uri,
        "universe_domain": "googleapis.com",
    });
    serde_json::to_string_pretty(&file).map_err(|error| layout("the application-default credentials", &error))
}

/// The layout of AIP-4117, with a token out of a file. Libraries take a relative path from where they run.
fn external_account(world: &World, subject_token: &Path) -> Result<String, EmulatorError> {
    let path = std::path::absolute(subject_token)
        .map_err(|source| EmulatorError::Write { path: subject_token.to_owned(), source })?;
    let file = json!({
        "type": "external_account",
        "audience": audience(world),
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{}/v1/token", world.base_url()),
        "credential_source": { "file": path },
        "universe_domain": "googleapis.com",
    });
    serde_json::to_string_pretty(&file).map_err(|error| layout("the external account", &error))
}

/// One row a client. The columns are ours: what the console's own download has is not documented.
fn console_grants(tenant: &Tenant) -> Result<String, EmulatorError> {
    let failed = |error: &dyn std::fmt::Display| layout("the delegation list", error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["Name", "Client ID", "Scopes"]).map_err(|error| failed(&error))?;
    for grant in tenant.grants.iter().filter(|grant| grant.listed) {
        writer
            .write_record([&grant.name, &grant.client_id, &grant.scopes.join(",")])
            .map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

#[derive(Serialize)]
struct Exceptions<'a> {
    exception: Vec<ExceptionEntry<'a>>,
}

#[derive(Serialize)]
struct ExceptionEntry<'a> {
    check: &'a str,
    subject: &'a str,
    reason: &'a str,
    owner: &'a str,
    created: Datetime,
    expires: Datetime,
}

fn exceptions(world: &World) -> Result<String, EmulatorError> {
    let created = date(world.clock.now())?;
    let entries = world.tenant.exceptions.iter().map(|exception| {
        Ok(ExceptionEntry {
            check: exception.check,
            subject: &exception.subject,
            reason: exception.reason,
            owner: &exception.owner,
            created,
            expires: date(exception.expires_at)?,
        })
    });
    let exception = entries.collect::<Result<Vec<_>, EmulatorError>>()?;
    if exception.is_empty() {
        return Ok("# No finding of this tenant is accepted.\n".to_owned());
    }
    toml::to_string(&Exceptions { exception }).map_err(|error| layout("the exceptions", &error))
}

fn date(moment: chrono::DateTime<chrono::Utc>) -> Result<Datetime, EmulatorError> {
    let date = moment.format("%Y-%m-%d").to_string();
    date.parse().map_err(|error| layout("a date", &error))
}

fn pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let lines = encoded.as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

fn layout(what: &'static str, error: &(impl std::fmt::Display + ?Sized)) -> EmulatorError {
    EmulatorError::Layout { what, reason: error.to_string() }
}

/// Replaces the file, readable only by its owner from the first byte on.
fn write_private(path: PathBuf, text: &str) -> Result<PathBuf, EmulatorError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(&path).and_then(|mut file| {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
        }
        file.write_all(text.as_bytes())
    });
    match written {
        Ok(()) => Ok(path),
        Err(source) => Err(EmulatorError::Write { path, source }),
    }
}
