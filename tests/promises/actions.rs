//! "Do this first", as a reader of `report.html` finds it: nothing that is open is left out, and nothing counts twice.

use scraper::{ElementRef, Html, Selector};
use workspace_audit_emulator::TenantName;

use crate::support::{Audit, Tenant};

fn page(audit: &Audit) -> Html {
    let folder = audit.folder.as_ref().unwrap();
    Html::parse_document(&std::fs::read_to_string(folder.join("report.html")).unwrap())
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

/// The first number in a text.
fn number_in(element: ElementRef<'_>) -> u64 {
    let text = element.text().collect::<String>().replace(',', "");
    text.split(|letter: char| !letter.is_ascii_digit()).find_map(|part| part.parse().ok()).unwrap()
}

/// The open findings in `report.json`.
fn open(audit: &Audit) -> u64 {
    audit.json("report.json")["run"]["changes"]["open"].as_u64().unwrap()
}

#[test]
fn the_actions_of_a_report_add_up_to_its_open_findings_and_each_is_in_one() {
    for name in [TenantName::Typical, TenantName::Neglected] {
        let tenant = Tenant::named(name);
        let audit = tenant.audit();
        let page = page(&audit);
        let open = open(&audit);
        let links = select(&page, "#first .actions a[data-d]");
        assert!((10..=50).contains(&links.len()), "{name:?}: {} actions", links.len());
        let mut closed = 0;
        for link in links {
            let action = link.attr("data-d").unwrap();
            let rows = select(&page, &format!("#rows li[data-d='{action}'][data-v~=open]"));
            assert_eq!(number_in(link), rows.len() as u64, "{name:?}: action {action}");
            closed += rows.len() as u64;
        }
        // What the fifty actions leave out is counted above them.
        let left_out = open - closed;
        let lead: String = select(&page, "#first .lead")[0].text().collect();
        assert!(name == TenantName::Neglected || left_out == 0, "{name:?}: {left_out}");
        assert_eq!(lead.contains("not listed here"), left_out > 0, "{lead}");
        assert!(left_out == 0 || lead.contains(&format!("for {left_out} finding")), "{lead}");
        assert_eq!(select(&page, "#rows li[data-v~=open]").len() as u64, open, "{name:?}");
        assert_eq!(select(&page, "#rows li[data-d]:not([data-v~=open])").len(), 0, "{name:?}");
    }
}

#[test]
fn each_number_at_the_top_of_a_report_leads_to_what_it_counts() {
    let tenant = Tenant::named(TenantName::Typical);
    for run in ["first", "second"] {
        let audit = tenant.audit();
        let page = page(&audit);
        for link in select(&page, ".numbers strong a, .legend a") {
            let target = link.attr("href").unwrap().strip_prefix('#').unwrap();
            let counted = match target.split_once('?') {
                Some((_, "v=unknown")) => number_in(select(&page, ".group.unknown h3 .tally")[0]),
                Some((_, filter)) => {
                    let words = filter.split('&').filter_map(|word| word.split_once('='));
                    let words: String = words.map(|(key, word)| format!("[data-{key}~={word}]")).collect();
                    select(&page, &format!("#rows li{words}")).len() as u64
                }
                None if target.starts_with("since-") => {
                    number_in(select(&page, &format!("#{target} .tally"))[0])
                }
                None => 0,
            };
            assert_eq!(number_in(link), counted, "{run} run: {target}");
        }
    }
}

#[test]
fn the_actions_of_bindings_and_addresses_show_their_commands_whole() {
    let tenant = Tenant::named(TenantName::Typical);
    let audit = tenant.audit();
    let page = page(&audit);
    let shown: Vec<String> = select(&page, "#first pre > code")
        .iter()
        .flat_map(|code| code.text().collect::<String>().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let rows = audit.rows("findings.csv");
    for command in &shown {
        assert!(rows.iter().any(|row| row["command"] == *command), "{command}");
    }
    for program in ["gcloud ", "gam "] {
        assert!(shown.iter().any(|command| command.starts_with(program)), "{program}");
    }
}
