//! `report.html`: one offline file for the admin who reads it on Monday and the reviewer who signs it.

mod actions;
mod budget;
mod checks;
mod clients;
mod coverage;
pub(crate) mod escape;
mod exceptions;
mod exposed;
mod findings;
mod mailboxes;
mod masthead;
mod security;
mod send_as;
mod since;
mod text;
mod top_list;

#[cfg(test)]
mod markup;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use askama::Template;

use super::{Format, FormatError, FormatOptions, Source};

/// The format.
pub(super) const FORMAT: &dyn Format = &Html;

const FILE: &str = "report.html";

struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn write(&self, source: &dyn Source, _options: FormatOptions, folder: &Path) -> Result<(), FormatError> {
        let write = || {
            let mut file = BufWriter::new(private_file(&folder.join(FILE))?);
            write_page(source, &mut file)?;
            file.into_inner()?.sync_all()
        };
        write().map_err(|source| FormatError { file: FILE.to_owned(), source })
    }
}

fn private_file(path: &Path) -> io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Everything that streams is read before the first byte is written: each list in bounded memory.
fn write_page(source: &dyn Source, page: &mut dyn Write) -> io::Result<()> {
    let (summary, tenant) = (source.summary(), source.tenant());

    let mut accepted = exceptions::Accepted::default();
    let client_index = clients::ClientIndex::new(summary, tenant);
    let mut open = clients::OpenFindings::of(&client_index);
    let exposed = exposed::Exposed::of(tenant);
    let gathered = findings::CollectedFindings::read(source, &exposed, |finding| {
        accepted.add(finding);
        open.add(finding);
    })?;
    let mut plan = actions::Plan::of(&gathered.open, &exposed, &tenant.takeover_cuts, summary);
    if gathered.is_cut {
        for finding in source.findings()? {
            plan.count(&finding?);
        }
    } else {
        gathered.open.iter().for_each(|finding| plan.count(finding));
    }
    let ranked = plan.ranked();
    let findings = findings::Findings::new(summary, &gathered, |finding| ranked.number_of(finding));
    let not_rechecked = gathered.not_rechecked;
    drop(gathered);

    let mut unreachable = mailboxes::Unreachable::default();
    let mut send_as = send_as::SendAsList::new(tenant);
    for facts in source.users()? {
        let facts = facts?;
        unreachable.add(&facts);
        send_as.add(&facts);
    }

    let print_style = security::print_style(&masthead::run_name(summary));
    masthead::Head::new(summary, &print_style).write_into(page)?;
    write!(page, "<style>{}</style><style>{print_style}</style></head>", security::STYLE)?;
    masthead::Masthead::new(summary).write_into(page)?;
    since::Since::new(summary, &findings.changed(), not_rechecked).write_into(page)?;
    actions::Actions::new(summary, &ranked, &findings.first_rows()).write_into(page)?;
    findings.write_into(page)?;
    mailboxes::Mailboxes::new(unreachable).write_into(page)?;
    send_as::SendAsSection::new(send_as).write_into(page)?;
    clients::Clients::new(summary, tenant, &client_index, open, &findings.numbers()).write_into(page)?;
    exceptions::Exceptions::new(accepted).write_into(page)?;
    checks::Checks::new(summary).write_into(page)?;
    coverage::Coverage::new(summary, tenant).write_into(page)?;
    masthead::SignOff::new(summary).write_into(page)?;
    write!(page, "<script>{}</script></body></html>", security::SCRIPT)
}
