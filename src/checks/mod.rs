//! The catalogue: one file a check, in a folder a group. A check judges one subject from facts alone.

mod age;
mod app;
mod check;
mod command;
mod dwd;
mod exc;
mod gaps;
mod idm;
mod key;
mod keys;
mod mail;
mod own;
mod standing;
mod ten;
mod words;

pub(crate) mod catalogue;
pub(crate) mod subjects;

#[cfg(test)]
pub(crate) mod properties;
#[cfg(test)]
pub(crate) mod test_facts;

pub(crate) use app::token_mail_scope::is_only_remembered;
pub(crate) use check::{Check, Condition, Evaluator, ExceptionUse};
pub(crate) use gaps::root_unknown;
pub(crate) use key::binding::{BindingFacts, Kept, NamedBefore, OneFinding, bindings, path_checks};
pub(crate) use own::audit_loses;

/// Days for which a list of the Admin console counts.
pub(crate) const LIST_FRESH_DAYS: i64 = dwd::inventory_proof::FRESH_DAYS;

/// The id of the check whose events the ledger keeps.
pub(crate) const GRANT_CHANGED: &str = dwd::grant_changed::CHECK.id;

/// The id of the check that reads changes of Gmail's settings.
pub(crate) const ROUTING_CHANGED: &str = ten::routing_changed::CHECK.id;

/// The groups, in the order of reports.
const GROUPS: [&[&Check]; 7] =
    [idm::CHECKS, mail::CHECKS, dwd::CHECKS, key::CHECKS, app::CHECKS, ten::CHECKS, exc::CHECKS];

/// Every check. Adding one takes its file and a line in its group; documentation, scopes and reports follow.
pub(crate) const ALL: &[&Check] = &joined::<{ number_of_checks() }>();

const fn number_of_checks() -> usize {
    let (mut number, mut group) = (0, 0);
    while group < GROUPS.len() {
        number += GROUPS[group].len();
        group += 1;
    }
    number
}

/// The groups one after the other. `concat` of slices is not `const`.
const fn joined<const NUMBER: usize>() -> [&'static Check; NUMBER] {
    let mut all = [GROUPS[0][0]; NUMBER];
    let (mut at, mut group) = (0, 0);
    while group < GROUPS.len() {
        let mut row = 0;
        while row < GROUPS[group].len() {
            all[at] = GROUPS[group][row];
            (at, row) = (at + 1, row + 1);
        }
        group += 1;
    }
    all
}

/// The check with this id or slug.
#[cfg(test)]
pub(crate) fn find(name: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.id == name || check.slug == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::findings::Verdict;

    #[test]
    fn ids_and_slugs_are_unique_and_well_formed() {
        let is_id = |id: &str| {
            id.split_once('-').is_some_and(|(group, number)| {
                (3..=4).contains(&group.len())
                    && group.bytes().all(|byte| byte.is_ascii_uppercase())
                    && number.len() == 2
                    && number.bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        let is_slug = |slug: &str| {
            slug.split('-').all(|word| {
                !word.is_empty()
                    && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            })
        };
        for check in ALL {
            assert!(is_id(check.id), "{}", check.id);
            assert!(is_slug(check.slug), "{}", check.slug);
            assert_eq!(find(check.id).unwrap().slug, check.slug);
            assert_eq!(find(check.slug).unwrap().id, check.id);
        }
        let names: BTreeSet<_> = ALL.iter().flat_map(|check| [check.id, check.slug]).collect();
        assert_eq!(names.len(), 2 * ALL.len());
    }

    #[test]
    fn every_check_explains_itself() {
        for check in ALL {
            let conditions = check.conditions.iter().map(|condition| condition.when);
            let texts = [check.title, check.why, check.fix, check.place].into_iter().chain(conditions);
            for text in texts.chain(check.command).chain(check.may_break) {
                assert!(!text.trim().is_empty(), "{}", check.id);
                assert!(!text.contains("  "), "{}: {text}", check.id);
            }
            assert!(!check.title.ends_with('.'), "{}", check.id);
        }
    }

    #[test]
    fn every_check_says_when_it_finds_something() {
        for check in ALL {
            let finds = |condition: &&Condition| condition.verdict.is_some_and(Verdict::is_open);
            assert!(check.conditions.iter().filter(finds).count() > 0, "{}", check.id);
        }
    }

    #[test]
    fn every_check_needs_the_parts_that_list_its_subjects() {
        for check in ALL {
            for part in check.judge.subjects() {
                assert!(check.needs.contains(part), "{} does not need {part}", check.id);
            }
        }
    }

    #[test]
    fn every_file_with_a_check_is_registered_under_its_name() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks");
        let mut files = 0;
        for group in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
            if !group.is_dir() {
                continue;
            }
            for file in std::fs::read_dir(&group).unwrap().map(|entry| entry.unwrap().path()) {
                if !std::fs::read_to_string(&file).unwrap().contains("pub(crate) const CHECK: Check") {
                    continue;
                }
                files += 1;
                let slug = file.file_stem().unwrap().to_str().unwrap().replace('_', "-");
                let check = find(&slug).unwrap_or_else(|| panic!("{slug} is not in `CHECKS` of its group"));
                let group = group.file_name().unwrap().to_str().unwrap().to_uppercase();
                assert!(check.id.starts_with(&format!("{group}-")), "{} is in {group}", check.id);
            }
        }
        assert_eq!(files, ALL.len());
    }
}
