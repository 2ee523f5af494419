//! `init`: writes a commented configuration.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::audit::Exit;
use crate::cli::Init;
use crate::config::{self, ConfigError, TemplateValues};
use crate::input_file::shell_quoted;

use super::failure::Failure;
use super::lists;
use super::run::load_file;

pub(super) fn run(init: &Init) -> Result<Exit, Failure> {
    let (Some(project), Some(admin)) = (&init.project, &init.admin) else {
        return write_template(&init.path);
    };
    if !config::is_project(project) || project.bytes().all(|byte| byte.is_ascii_digit()) {
        let help =
            "Write the project id, not the name or the number. To list the ids, run `gcloud projects list`.";
        return Err(ConfigError::new(format!("`{project}` is not a project id")).with_help(help).into());
    }
    let setup = Setup { init, project, admin, account: account(project) };
    let values = TemplateValues {
        admin,
        project,
        organization: init.organization.as_deref(),
        service_account: init.keyless.then_some(&*setup.account),
    };
    write_new(&init.path, &config::filled_template(&values))?;
    let text = setup.text(&lists::delegation_line(&load_file(&init.path)?));
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Complete)
}

fn write_template(path: &Path) -> Result<Exit, Failure> {
    write_new(path, config::TEMPLATE)?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "wrote {}", path.display())?;
    writeln!(stdout, "next:\n  1. Set `admin`, `key_file` and `projects` (or `organization`) in this file.")?;
    writeln!(stdout, "  2. Delegate the line of scopes that `workspace-audit scopes` prints first.")?;
    writeln!(stdout, "  3. Run `workspace-audit doctor --config {}`.", path.display())?;
    writeln!(stdout, "`init --project ID --admin ADDRESS` prints the commands for a project.")?;
    Ok(Exit::Complete)
}

/// The address of the audit's service account. Of a project `example.com:name`, the domain comes behind the name.
fn account(project: &str) -> String {
    match project.rsplit_once(':') {
        Some((domain, name)) => format!("workspace-audit@{name}.{domain}.iam.gserviceaccount.com"),
        None => format!("workspace-audit@{project}.iam.gserviceaccount.com"),
    }
}

/// What a project is set up with.
struct Setup<'a> {
    init: &'a Init,
    project: &'a str,
    admin: &'a str,
    account: String,
}

/// The APIs that every audit calls.
const APIS: &str = "admin.googleapis.com gmail.googleapis.com iam.googleapis.com cloudresourcemanager.googleapis.com \
                    policyanalyzer.googleapis.com orgpolicy.googleapis.com";

/// The roles on what is audited: on the organization, or on the project.
const ROLES: [&str; 6] = [
    "roles/iam.securityReviewer",
    "roles/iam.serviceAccountViewer",
    "roles/browser",
    "roles/iam.workloadIdentityPoolViewer",
    "roles/policyanalyzer.activityAnalysisViewer",
    "roles/orgpolicy.policyViewer",
];

impl Setup<'_> {
    fn text(&self, line: &str) -> String {
        let Self { init, project, admin, account } = self;
        let config = shell_quoted(&init.path.display().to_string());
        let commands = self.commands().join("\n");
        format!(
            "# Wrote {config}. Run these commands as an admin of the project{of_organization}:\n{commands}\n\n\
             # The last command prints the client ID. As a super admin, open Admin console > Security > Access and\n\
             # data control > API controls > Manage domain-wide delegation > Add new, enter the client ID, and paste\n\
             # this line as OAuth scopes:\n{line}\n\n\
             # Give {admin} the admin role in step 5 of docs/setup.md. Copy the delegation list (step 6), and set\n\
             # `console_grants` in {config} to its file. Then check the set-up of {project}:\n\
             workspace-audit doctor --config {config}\n\
             # If {account} is to read more projects, grant it the same roles there.\n",
            of_organization = if init.organization.is_some() { " and of the organization" } else { "" },
        )
    }

    fn commands(&self) -> Vec<String> {
        let Self { init, project, account, .. } = self;
        let member = format!("serviceAccount:{account}");
        let mut apis = APIS.to_owned();
        if init.organization.is_some() {
            apis.push_str(" cloudasset.googleapis.com");
        }
        if init.keyless {
            apis.push_str(" iamcredentials.googleapis.com");
        }
        let mut commands = vec![
            format!("gcloud services enable {apis} --project {project}"),
            format!("gcloud iam service-accounts create workspace-audit --project {project}"),
        ];
        let searched = init.organization.is_some().then_some("roles/cloudasset.viewer");
        commands.extend(ROLES.into_iter().chain(searched).map(|role| match &init.organization {
            Some(number) => format!(
                "gcloud organizations add-iam-policy-binding {number} --member {member} --role {role} --condition None"
            ),
            None => format!(
                "gcloud projects add-iam-policy-binding {project} --member {member} --role {role} --condition None"
            ),
        }));
        if init.keyless {
            let role = "roles/iam.serviceAccountTokenCreator";
            let grant = format!("gcloud iam service-accounts add-iam-policy-binding {account}");
            let of_project = format!("--role {role} --project {project}");
            commands.push("# If the machine runs as the service account itself:".to_owned());
            commands.push(format!("{grant} --member {member} {of_project}"));
            commands.push("# If you run the audit with your own login:".to_owned());
            commands.push(format!("{grant} --member \"user:$(gcloud config get account)\" {of_project}"));
            commands.push("gcloud auth application-default login".to_owned());
        } else {
            let key = init.path.with_file_name("service-account.json").display().to_string();
            commands.push(format!(
                "(umask 077; gcloud iam service-accounts keys create {} --iam-account {account} --project {project})",
                shell_quoted(&key)
            ));
        }
        commands.push(format!(
            "gcloud iam service-accounts describe {account} --project {project} --format 'value(oauth2ClientId)'"
        ));
        commands
    }
}

/// Writes a new file with mode 0600.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|source| {
        if source.kind() == io::ErrorKind::AlreadyExists {
            Failure::Exists(path.to_owned())
        } else {
            Failure::Write { path: path.to_owned(), source }
        }
    })
}
