//! The audit logs: delegations given, taken away and used; apps that users let in; Gmail's settings changed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::causes;
use crate::delegation::{DelegationEvent, LedgerSource, SourceWindow, UNKNOWN_CLIENT, UseKey, UseTally};
use crate::google::reports1::{self, Activity, Event};
use crate::google::{BrokenRows, GoogleError, MAX_TEXT, Pages, Session, clipped};
use crate::store::{Run, StoreError, part_key};
use crate::tenant::Period;
use crate::tenant::{AdminEvents, App, Consent, Gap, GmailSettingChange, Part, Reading};

use super::{Progress, earlier, gaps, reading};

/// Events about delegation. The last is seen only in other people's rules.
const DELEGATION: [&str; 3] = ["AUTHORIZE_API_CLIENT_ACCESS", "REMOVE_API_CLIENT_ACCESS", UNDOCUMENTED];
const UNDOCUMENTED: &str = "CHANGE_API_CLIENT_ACCESS";
/// Settings of Gmail made, changed and deleted; the last of an older page of the console. Google's list:
/// <https://developers.google.com/workspace/admin/reports/v1/appendix/activity/admin-gmail-settings>.
const GMAIL_SETTINGS: [&str; 4] =
    ["CREATE_GMAIL_SETTING", "CHANGE_GMAIL_SETTING", "DELETE_GMAIL_SETTING", "CHANGE_EMAIL_SETTING"];
/// Uses of delegations: a service account as a user, and a token for any client. Google's list:
/// <https://developers.google.com/workspace/admin/reports/v1/appendix/activity/access-evaluation>.
const EVALUATIONS: [&str; 2] = ["allow_token_impersonation", TOKEN_REQUEST];
const DELEGATED: &str = "DOMAIN_WIDE_DELEGATION";
const TOKEN_REQUEST: &str = "allow_token_request";

/// Calls of clients are many: so many days of them are read.
const CALL_DAYS: i64 = 30;

/// An event that an earlier run read is still in the log, unless it is about to leave it: so many days are left to doubt.
const DOUBTFUL_DAYS: i64 = 10;

/// Users of an app whose addresses are kept.
const SOME_USERS: usize = 20;

/// A stretch of a log.
#[derive(Clone, Copy, Debug)]
struct Window {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Window {
    /// As far back as Google keeps logs. Every run reads all of it: entries may come late, by minutes (admin log,
    /// access evaluation), at times by more (https://support.google.com/a/answer/7061566). Assumed: by hours (token
    /// log).
    fn whole(run: &Run<'_>) -> Self {
        let until = run.started_at();
        Self { from: until - log_look_back(reports1::KEPT_DAYS), until }
    }

    fn of_days(run: &Run<'_>, days: i64) -> Self {
        Self { from: run.started_at() - Duration::days(days), until: run.started_at() }
    }

    const fn period(self) -> Period {
        Period { from: self.from, until: self.until }
    }

    /// In which every event that was ever logged is still listed. Assumed: Google deletes no entry before its time.
    fn without_doubt(self) -> Period {
        Period { from: self.from + Duration::days(DOUBTFUL_DAYS), until: self.until }
    }

    fn covered(self, source: LedgerSource) -> SourceWindow {
        SourceWindow { source, client: None, from: self.from, until: self.until }
    }
}

/// So many days, or as many as Google keeps, less an hour: by the time it is asked for, the oldest is gone.
#[must_use]
pub(crate) fn log_look_back(days: i64) -> Duration {
    Duration::days(days).min(Duration::days(reports1::KEPT_DAYS) - Duration::hours(1))
}

/// The events of one name in a stretch of a log.
#[derive(Clone, Copy)]
struct Asked {
    log: Part,
    name: &'static str,
    window: Window,
}

impl Asked {
    fn pages<'a>(self, admin: &'a Session<'a>) -> Pages<'a, Activity> {
        let application = match self.log {
            Part::TokenLog => "token",
            Part::AccessEvaluationLog => "access_evaluation",
            _ => "admin",
        };
        reports1::list_activities(admin, application, Some(self.name), self.window.from, self.window.until)
    }
}

/// How a listing of a log ended.
#[derive(Default)]
struct LogListing {
    any: bool,
    /// Whether the log has any event.
    any_event: bool,
    /// The event names of which none was listed, although an earlier run read one that is still kept, and when that
    /// was.
    contradicted: Vec<(&'static str, DateTime<Utc>)>,
    broken: BrokenRows,
    stopped: Option<GoogleError>,
    /// The event names that were refused although Google lists them.
    refused: Vec<&'static str>,
    /// Why the first of them was.
    refusal: Option<GoogleError>,
}

impl LogListing {
    /// Hears a listing to its end, event by event.
    async fn all(
        &mut self,
        admin: &Session<'_>,
        run: &Run<'_>,
        asked: Asked,
        mut page_heard: impl FnMut(&[Activity]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut pages = asked.pages(admin);
        let (mut newest, mut any_row) = (None, false);
        loop {
            match pages.next().await {
                Ok(Some(page)) => {
                    self.any = true;
                    any_row |= !page.rows.is_empty() || page.broken.count > 0;
                    self.any_event |= !page.rows.is_empty();
                    self.broken.extend(page.broken);
                    newest = newest.max(page.rows.iter().map(|activity| activity.id.time).max());
                    page_heard(&page.rows)?;
                }
                Ok(None) => break,
                Err(error) => {
                    self.stopped = Some(error);
                    break;
                }
            }
        }
        if let Some(at) = newest {
            run.put_newest_event(asked.log, asked.name, at)?;
        } else if self.stopped.is_none() && !any_row {
            let known = run.newest_event_before(asked.log, asked.name, asked.window.without_doubt())?;
            self.contradicted.extend(known.map(|at| (asked.name, at)));
        }
        Ok(())
    }

    /// Whether nothing else can be read after the listing of one event name. Reports refuses a name that it does not
    /// know (400): that must not cost the others, and nothing is missing if Google lists no such event.
    fn is_over(&mut self, name: &'static str) -> bool {
        let is_unknown_name = |error: &mut GoogleError| error.cause == causes::BAD_REQUEST;
        if let Some(error) = self.stopped.take_if(is_unknown_name)
            && name != UNDOCUMENTED
        {
            self.refused.push(name);
            self.refusal.get_or_insert(error);
        }
        self.stopped.is_some()
    }

    /// Whether every event of these names was read.
    fn is_whole_of(&self, names: &[&str]) -> bool {
        self.stopped.is_none()
            && self.broken.count == 0
            && !self.refused.iter().any(|refused| names.contains(refused))
            && !self.contradicted.iter().any(|(name, _)| names.contains(name))
    }

    fn is_whole(&self) -> bool {
        self.stopped.is_none()
            && self.broken.count == 0
            && self.refused.is_empty()
            && self.contradicted.is_empty()
    }

    /// The only kind of events of the admin log that is missing.
    fn lacks_only(&self) -> Option<AdminEvents> {
        match (self.is_whole_of(&DELEGATION), self.is_whole_of(&GMAIL_SETTINGS)) {
            (true, false) => Some(AdminEvents::GmailSettings),
            (false, true) => Some(AdminEvents::Delegations),
            _ => None,
        }
    }

    fn refused_names(&self, part: Part) -> Option<Gap> {
        let error = self.refusal.as_ref()?;
        let gap = gaps::refused(part, error);
        Some(Gap {
            reason: self.lacks_only().map_or(gap.reason, AdminEvents::refused),
            message: format!("Google refused to list the events {}: {error}", self.refused.join(", ")),
            fix: "Look for these events in the Admin console > Reporting > Audit and investigation. The other events \
                  of the log were read."
                .to_owned(),
            places: Box::default(),
            ..gap
        })
    }

    fn without_known_events(&self, part: Part) -> Option<Gap> {
        let (name, at) = self.contradicted.first()?;
        let day = at.date_naive();
        let message = format!("Google listed no event {name}, but an earlier run read one of {day}");
        let gap = gaps::contradicted(part, message);
        let reason = self.lacks_only().map_or(gap.reason, AdminEvents::not_listed);
        Some(Gap { reason, ..gap })
    }

    fn reading<T>(self, part: Part, facts: T) -> Reading<T> {
        let gap = match &self.stopped {
            Some(error) if self.any => Some(gaps::interrupted(part, error)),
            Some(error) => Some(gaps::refused(part, error)),
            None => self
                .without_known_events(part)
                .or_else(|| self.refused_names(part))
                .or_else(|| gaps::broken_rows(part, &self.broken)),
        };
        let any = self.any && (self.any_event || self.contradicted.is_empty());
        reading(facts, any, gap)
    }
}

/// Delegation events go to the ledger for ever; changes of Gmail's settings are the part's own facts.
pub(super) async fn admin(
    admin: &Session<'_>,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<Reading<Vec<GmailSettingChange>>, StoreError> {
    progress.started(Part::AdminLog, None);
    let window = Window::whole(run);
    let (mut listing, mut changes) = (LogListing::default(), Vec::new());
    for name in DELEGATION.into_iter().chain(GMAIL_SETTINGS) {
        let mut nameless = BrokenRows::default();
        listing
            .all(admin, run, Asked { log: Part::AdminLog, name, window }, |page| {
                progress.advanced(Part::AdminLog, page.len() as u64);
                changes.extend(page.iter().flat_map(gmail_changes));
                let events: Vec<DelegationEvent> =
                    page.iter().flat_map(|activity| delegation_events(activity, &mut nameless)).collect();
                run.put_delegation_events(&events)
            })
            .await?;
        listing.broken.extend(nameless);
        if listing.is_over(name) {
            break;
        }
    }
    if listing.is_whole_of(&DELEGATION) {
        run.put_source_window(&window.covered(LedgerSource::AuditLog))?;
    }
    match listing.lacks_only() {
        None if listing.is_whole() => run.put_log_reading(Part::AdminLog, window.period())?,
        Some(AdminEvents::GmailSettings) => {
            run.put_events_reading(AdminEvents::Delegations, window.period())?;
        }
        Some(AdminEvents::Delegations) => {
            run.put_events_reading(AdminEvents::GmailSettings, window.period())?;
        }
        None => {}
    }
    progress.finished(Part::AdminLog);
    changes.sort_by(|a, b| (a.at, &a.setting, &a.id).cmp(&(b.at, &b.setting, &b.id)));
    // Rows may come twice while a listing grows.
    changes.dedup_by(|a, b| a.id == b.id);
    listing.any |= listing.stopped.is_none() && listing.refused.is_empty();
    Ok(listing.reading(Part::AdminLog, changes))
}

/// One event a client that is named. One that names none is broken: nobody knows whose access it changed.
fn delegation_events(activity: &Activity, nameless: &mut BrokenRows) -> Vec<DelegationEvent> {
    let about = |(_, event): &(usize, &Event)| event.name.contains("API_CLIENT_ACCESS");
    let mut found = Vec::new();
    for (place, event) in activity.events.iter().enumerate().filter(about) {
        let id = event_id(activity, place);
        let clients = event.texts("API_CLIENT_NAME");
        if clients.is_empty() {
            nameless.add("no `API_CLIENT_NAME`", &format!("{} {id}", event.name));
        }
        found.extend(clients.into_iter().enumerate().map(|(number, client)| DelegationEvent {
            id: if number == 0 { id.clone() } else { format!("{id}/{number}") },
            at: activity.id.time,
            name: event.name.clone(),
            client: clipped(&client, MAX_TEXT).into_owned(),
            scopes: event.texts("API_SCOPES").iter().flat_map(|text| scopes_of(text)).collect(),
            actor: activity.actor.email.clone().or_else(|| activity.actor.key.clone()),
            ip: activity.ip_address.clone(),
        }));
    }
    found
}

/// The same in every run, however the log is paged: time, qualifier, place in the activity.
fn event_id(activity: &Activity, place: usize) -> String {
    let qualifier = &activity.id.unique_qualifier;
    let qualifier = if qualifier.is_empty() { digest(activity) } else { qualifier.clone() };
    format!("{}/{qualifier}/{place}", activity.id.time.to_rfc3339())
}

/// What tells activities of one time apart where Google gives no qualifier.
fn digest(activity: &Activity) -> String {
    let mut digest = Sha256::new();
    let mut add = |text: &str| {
        digest.update(text.len().to_be_bytes());
        digest.update(text);
    };
    add(activity.actor.email.as_deref().unwrap_or_default());
    add(activity.ip_address.as_deref().unwrap_or_default());
    for event in &activity.events {
        add(&event.name);
        for parameter in &event.parameters {
            add(&parameter.name);
            parameter.texts().for_each(&mut add);
        }
    }
    HEXLOWER.encode(&digest.finalize()[..8])
}

fn gmail_changes(activity: &Activity) -> impl Iterator<Item = GmailSettingChange> {
    let about = |(_, event): &(usize, &Event)| GMAIL_SETTINGS.contains(&event.name.as_str());
    activity.events.iter().enumerate().filter(about).map(|(place, event)| GmailSettingChange {
        id: event_id(activity, place),
        at: activity.id.time,
        event: event.name.clone(),
        setting: event.value("SETTING_NAME").into_owned(),
        actor: activity.actor.email.clone().unwrap_or_default(),
        details: event
            .parameters
            .iter()
            .filter(|parameter| parameter.name != "SETTING_NAME")
            .filter_map(|parameter| {
                let texts: Vec<&str> = parameter.texts().collect();
                let detail = || format!("{}: {}", parameter.name, texts.join(", "));
                (!texts.is_empty()).then(|| clipped(&detail(), MAX_TEXT).into_owned())
            })
            .collect(),
    })
}

/// Uses of delegations, counted; they go to the ledger.
pub(super) async fn access_evaluation(
    admin: &Session<'_>,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<Reading<()>, StoreError> {
    progress.started(Part::AccessEvaluationLog, None);
    let window = Window::whole(run);
    let (mut listing, mut tally) = (LogListing::default(), UseTally::of(run.address_book()?));
    let mut nameless = BrokenRows::default();
    for name in EVALUATIONS {
        listing
            .all(admin, run, Asked { log: Part::AccessEvaluationLog, name, window }, |page| {
                progress.advanced(Part::AccessEvaluationLog, page.len() as u64);
                for activity in page {
                    for event in activity.events.iter().filter(|event| event.name == name) {
                        add_evaluation(&mut tally, &mut nameless, activity, event);
                    }
                }
                Ok(())
            })
            .await?;
        if listing.is_over(name) {
            break;
        }
    }
    listing.broken.extend(nameless);
    run.put_grant_uses(&tally.uses().collect::<Vec<_>>())?;
    if listing.is_whole() {
        run.put_source_window(&window.covered(LedgerSource::AccessEvaluation))?;
    }
    progress.finished(Part::AccessEvaluationLog);
    Ok(listing.reading(Part::AccessEvaluationLog, ()))
}

fn add_evaluation(tally: &mut UseTally, nameless: &mut BrokenRows, activity: &Activity, event: &Event) {
    let at = activity.id.time;
    let source = event.value("configuration_source");
    let is_token_request = event.name == TOKEN_REQUEST;
    // Most token requests are those of apps that users let in.
    if is_token_request && source != DELEGATED {
        return;
    }
    let info = activity.actor.application_info.as_ref();
    let of_actor = info.and_then(|info| info.oauth_client_id.as_deref()).unwrap_or_default();
    let named = [event.value("service_account"), event.value("client_id"), of_actor.into()];
    let client = match named.iter().map(|client| client.trim()).find(|client| !client.is_empty()) {
        Some(client) => client,
        // Google's list names no parameter for the client of a token request.
        None if is_token_request => UNKNOWN_CLIENT,
        None => {
            nameless.add("no `service_account` and no `client_id`", &format!("{} of {at}", event.name));
            return;
        }
    };
    let scopes: Vec<String> =
        event.texts("scopes_requested").iter().flat_map(|text| scopes_of(text)).collect();
    let key = |scope: Option<String>| UseKey {
        client: client.to_owned(),
        holder: None,
        scope,
        log: LedgerSource::AccessEvaluation,
        configuration_source: (!source.is_empty()).then(|| source.clone().into_owned()),
        impersonation: None,
    };
    if scopes.is_empty() {
        tally.add(key(None), at);
    }
    scopes.into_iter().for_each(|scope| tally.add(key(Some(scope)), at));
}

/// The scopes of one value, apart; a value with other words, such as a product's name, stays as it is.
fn scopes_of(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split([' ', ',', '\n', '\t']).filter(|word| !word.is_empty()).collect();
    let are_scopes =
        words.iter().all(|word| word.contains("://") || ["openid", "email", "profile"].contains(word));
    let scopes = if are_scopes { words } else { vec![text.trim()] };
    scopes.into_iter().map(|scope| clipped(scope, MAX_TEXT).into_owned()).collect()
}

/// Apps that users let in; what clients called goes to the ledger.
pub(super) async fn token(
    admin: &Session<'_>,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<Reading<Vec<App>>, StoreError> {
    progress.started(Part::TokenLog, None);
    let before = apps_before(run)?;
    let (mut listing, mut apps) = (LogListing::default(), Apps::default());
    let window = Window::whole(run);
    for name in ["revoke", "authorize"] {
        listing
            .all(admin, run, Asked { log: Part::TokenLog, name, window }, |page| {
                progress.advanced(Part::TokenLog, page.len() as u64);
                page.iter().for_each(|activity| apps.add(activity));
                Ok(())
            })
            .await?;
        if listing.stopped.is_some() {
            break;
        }
    }
    if listing.is_whole() {
        run.put_log_reading(Part::TokenLog, window.period())?;
    }
    if listing.stopped.is_none() {
        calls(&mut listing, admin, run, progress).await?;
    }
    progress.finished(Part::TokenLog);
    Ok(listing.reading(Part::TokenLog, apps.in_order(&before)))
}

/// The apps that the newest earlier run knew that read the log. It knew what the runs before it did.
fn apps_before(run: &Run<'_>) -> Result<Vec<App>, StoreError> {
    let mut known = Vec::new();
    earlier::readings(run, part_key::TOKEN_LOG, |reading| match reading.known() {
        Some(apps) => {
            known.clone_from(apps);
            true
        }
        None => false,
    })?;
    Ok(known)
}

/// What clients called, as users or not.
async fn calls(
    listing: &mut LogListing,
    admin: &Session<'_>,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<(), StoreError> {
    let (window, mut tally) = (Window::of_days(run, CALL_DAYS), UseTally::of(run.address_book()?));
    let mut nameless = BrokenRows::default();
    listing
        .all(admin, run, Asked { log: Part::TokenLog, name: "activity", window }, |page| {
            progress.advanced(Part::TokenLog, page.len() as u64);
            for activity in page {
                let info = activity.actor.application_info.as_ref();
                for event in &activity.events {
                    let named = info.and_then(|info| info.oauth_client_id.as_deref()).unwrap_or_default();
                    let client = if named.is_empty() { event.value("client_id") } else { named.into() };
                    if client.is_empty() {
                        nameless.add("no `client_id`", &format!("{} of {}", event.name, activity.id.time));
                        continue;
                    }
                    let key = UseKey {
                        client: client.into_owned(),
                        holder: None,
                        scope: None,
                        log: LedgerSource::TokenLog,
                        configuration_source: None,
                        impersonation: info.and_then(|info| info.impersonation),
                    };
                    tally.add(key, activity.id.time);
                }
            }
            Ok(())
        })
        .await?;
    listing.broken.extend(nameless);
    run.put_grant_uses(&tally.uses().collect::<Vec<_>>())?;
    if listing.is_whole() {
        run.put_source_window(&window.covered(LedgerSource::TokenLog))?;
    }
    Ok(())
}

/// Apps while the log is read.
#[derive(Default)]
struct Apps {
    /// When each user of each app revoked it last. The log names the user whose access ended, whoever ended it:
    /// <https://support.google.com/a/answer/6124308>.
    revoked: BTreeMap<(String, String), DateTime<Utc>>,
    apps: BTreeMap<String, AppTally>,
}

struct AppTally {
    app: App,
    /// What each user gave.
    users: BTreeMap<String, BTreeSet<String>>,
}

impl Apps {
    /// Revocations come first: an authorization before one counts no more.
    fn add(&mut self, activity: &Activity) {
        let (at, user) = (activity.id.time, activity.actor.email.clone().unwrap_or_default());
        for event in &activity.events {
            let client_id = event.value("client_id").into_owned();
            let of_user = (client_id.clone(), user.clone());
            match event.name.as_str() {
                "revoke" => {
                    self.revoked.entry(of_user).and_modify(|known| *known = at.max(*known)).or_insert(at);
                }
                "authorize" if self.revoked.get(&of_user).is_none_or(|revoked| *revoked < at) => {
                    let tally = self.apps.entry(client_id.clone()).or_insert_with(|| AppTally {
                        app: App {
                            client_id,
                            name: clipped(&event.value("app_name"), MAX_TEXT).into_owned(),
                            scopes: BTreeSet::new(),
                            users: 0,
                            some_users: Vec::new(),
                            first_authorized_at: at,
                            last_authorized_at: at,
                            consents: Vec::new(),
                            remembered: Vec::new(),
                        },
                        users: BTreeMap::new(),
                    });
                    tally.app.first_authorized_at = at.min(tally.app.first_authorized_at);
                    tally.app.last_authorized_at = at.max(tally.app.last_authorized_at);
                    let scopes = event.values("scope");
                    tally.app.scopes.extend(scopes.iter().cloned());
                    tally.users.entry(user.clone()).or_default().extend(scopes);
                }
                _ => {}
            }
        }
    }

    /// With what `before` tells and nothing shows to have ended: an entry goes after 180 days, access does not.
    fn in_order(self, before: &[App]) -> Vec<App> {
        let remembered: Vec<(&App, Vec<Consent>)> =
            before.iter().map(|known| (known, self.remembered(known))).collect();
        let finished = self.apps.into_iter().map(|(client_id, AppTally { app, users })| {
            let mut consents = Consents::default();
            let app = App {
                users: users.len() as u64,
                some_users: users.keys().take(SOME_USERS).cloned().collect(),
                ..app
            };
            users.into_iter().for_each(|(user, scopes)| consents.add(scopes, user, SOME_USERS));
            (client_id, App { consents: consents.in_order(), ..app })
        });
        let mut apps: BTreeMap<String, App> = finished.collect();
        for (known, remembered) in remembered.into_iter().filter(|(_, remembered)| !remembered.is_empty()) {
            let app = apps.entry(known.client_id.clone()).or_insert_with(|| App {
                scopes: BTreeSet::new(),
                users: 0,
                some_users: Vec::new(),
                consents: Vec::new(),
                ..known.clone()
            });
            app.remembered = remembered;
        }
        apps.into_values().collect()
    }

    /// What an earlier run knew of an app, less what is listed and what was revoked.
    fn remembered(&self, known: &App) -> Vec<Consent> {
        let listed = self.apps.get(&known.client_id).map(|tally| &tally.users);
        let revoked_at = |user: &String| self.revoked.get(&(known.client_id.clone(), user.clone()));
        let former = [whole(known)];
        let consents =
            if known.consents.is_empty() && known.users > 0 { &former[..] } else { &known.consents };
        let mut remembered = Consents::default();
        let (mut total, mut unnamed) = (0, 0);
        for consent in consents.iter().chain(&known.remembered) {
            total += consent.users.len() as u64 + consent.unnamed;
            unnamed += consent.unnamed;
            for user in &consent.users {
                let scopes = match (listed.and_then(|listed| listed.get(user)), revoked_at(user)) {
                    (None, Some(_)) => continue,
                    // Whoever let it in again after a revocation gave what is listed.
                    (Some(_), Some(at)) if *at > known.last_authorized_at => continue,
                    (None, None) => consent.scopes.clone(),
                    (Some(listed), _) => consent.scopes.difference(listed).cloned().collect(),
                };
                if !scopes.is_empty() {
                    remembered.add(scopes, user.clone(), usize::MAX);
                }
            }
        }
        // Users without a name are counted: as many as are neither listed nor revoked.
        let revoked = self.revoked.keys().filter(|(client_id, user)| {
            *client_id == known.client_id && listed.is_none_or(|listed| !listed.contains_key(user))
        });
        let accounted = listed.map_or(0, BTreeMap::len) + revoked.count() + remembered.users();
        let mut lost = unnamed.min(u64::saturating_sub(total, accounted as u64));
        for consent in consents.iter().chain(&known.remembered) {
            let of_these = lost.min(consent.unnamed);
            remembered.add_unnamed(&consent.scopes, of_these);
            lost -= of_these;
        }
        remembered.in_order()
    }
}

/// What a version before this one kept of an app.
fn whole(app: &App) -> Consent {
    Consent {
        scopes: app.scopes.clone(),
        users: app.some_users.iter().cloned().collect(),
        unnamed: app.users.saturating_sub(app.some_users.len() as u64),
    }
}

/// Users by what they gave.
#[derive(Default)]
struct Consents(BTreeMap<BTreeSet<String>, (BTreeSet<String>, u64)>);

impl Consents {
    fn add(&mut self, scopes: BTreeSet<String>, user: String, named: usize) {
        let (users, unnamed) = self.0.entry(scopes).or_default();
        if users.len() < named {
            users.insert(user);
        } else {
            *unnamed += 1;
        }
    }

    fn add_unnamed(&mut self, scopes: &BTreeSet<String>, count: u64) {
        if count > 0 {
            self.0.entry(scopes.clone()).or_default().1 += count;
        }
    }

    fn users(&self) -> usize {
        self.0.values().map(|(users, _)| users.len()).sum()
    }

    fn in_order(self) -> Vec<Consent> {
        let consents = self.0.into_iter();
        consents.map(|(scopes, (users, unnamed))| Consent { scopes, users, unnamed }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(parameters: &str) -> (Vec<DelegationEvent>, BrokenRows) {
        let mut nameless = BrokenRows::default();
        let text = format!(
            r#"{{"id": {{"time": "2026-11-21T07:00:00Z", "uniqueQualifier": "7"}}, "events": [
                {{"name": "AUTHORIZE_API_CLIENT_ACCESS", "parameters": [{parameters}]}}]}}"#
        );
        let events = delegation_events(&serde_json::from_str(&text).unwrap(), &mut nameless);
        (events, nameless)
    }

    #[test]
    fn an_event_counts_for_every_client_that_it_names_however_it_names_them() {
        for (parameters, clients) in [
            (
                r#"{"name": "API_CLIENT_NAME", "value": "118000000000000000005"}"#,
                vec!["118000000000000000005"],
            ),
            (r#"{"name": "API_CLIENT_NAME", "value": 118000000000000000005}"#, vec!["118000000000000000005"]),
            (r#"{"name": "API_CLIENT_NAME", "intValue": "118"}"#, vec!["118"]),
            (
                r#"{"name": "API_CLIENT_NAME", "multiValue": ["118", "Mail merge"]}"#,
                vec!["118", "Mail merge"],
            ),
        ] {
            let (events, nameless) = parsed(parameters);
            let named: Vec<&str> = events.iter().map(|event| event.client.as_str()).collect();
            assert_eq!((named, nameless.count), (clients, 0), "{parameters}");
            let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
            assert_eq!(ids.len(), events.len(), "none takes another's place");
            assert_eq!(events[0].id, "2026-11-21T07:00:00+00:00/7/0");
        }
    }

    #[test]
    fn a_use_without_a_client_is_a_gap_and_no_client() {
        let (mut tally, mut nameless) = (UseTally::default(), BrokenRows::default());
        let event = |text: &str| serde_json::from_str::<Event>(text).unwrap();
        let activity = |actor: &str| {
            let text = format!(r#"{{"id": {{"time": "2026-11-21T07:00:00Z"}}, "actor": {actor}}}"#);
            serde_json::from_str::<Activity>(&text).unwrap()
        };
        let nobody = activity("{}");
        add_evaluation(&mut tally, &mut nameless, &nobody, &event(r#"{"name": "E"}"#));
        assert_eq!(nameless.count, 1);
        let named = r#"{"name": "E", "parameters": [{"name": "client_id", "intValue": "118"}]}"#;
        add_evaluation(&mut tally, &mut nameless, &nobody, &event(named));
        let request = |source: &str| {
            let source = format!(r#"{{"name": "configuration_source", "value": "{source}"}}"#);
            event(&format!(r#"{{"name": "{TOKEN_REQUEST}", "parameters": [{source}]}}"#))
        };
        let web = activity(r#"{"applicationInfo": {"oauthClientId": "407-a.apps.googleusercontent.com"}}"#);
        add_evaluation(&mut tally, &mut nameless, &web, &request(DELEGATED));
        add_evaluation(&mut tally, &mut nameless, &nobody, &request(DELEGATED));
        add_evaluation(&mut tally, &mut nameless, &web, &request("APP_ACCESS_CONTROL"));
        let clients: Vec<String> = tally.uses().map(|used| used.of.client).collect();
        assert_eq!(clients, ["118", "407-a.apps.googleusercontent.com", UNKNOWN_CLIENT]);
        assert_eq!(nameless.count, 1);
    }

    #[test]
    fn what_contradicts_an_earlier_run_is_a_gap_of_its_own_kind_of_events_only() {
        let at = "2026-11-20T07:00:00Z".parse().unwrap();
        let gap = |names: &[&'static str]| {
            let contradicted = names.iter().map(|name| (*name, at)).collect();
            let listing = LogListing { any: true, any_event: true, contradicted, ..LogListing::default() };
            listing.reading(Part::AdminLog, ()).gap().cloned().unwrap()
        };
        let delegations = gap(&["REMOVE_API_CLIENT_ACCESS"]);
        assert!(delegations.is_only_of(AdminEvents::Delegations), "{}", delegations.reason);
        let settings = gap(&["CREATE_GMAIL_SETTING"]);
        assert!(settings.is_only_of(AdminEvents::GmailSettings), "{}", settings.reason);
        let both = gap(&["CREATE_GMAIL_SETTING", "REMOVE_API_CLIENT_ACCESS"]);
        assert_eq!(both.reason, causes::EMPTY_LISTING.id);
    }

    const MAIL: &str = "https://mail.google.com/";

    /// A token log: name of the event, day, user, scope.
    fn apps(events: &[(&str, u32, &str, &str)]) -> Apps {
        let mut apps = Apps::default();
        for (name, day, user, scope) in events {
            let text = format!(
                r#"{{"id": {{"time": "2026-11-{day:02}T07:00:00Z"}}, "actor": {{"email": "{user}"}}, "events": [
                    {{"name": "{name}", "parameters": [{{"name": "client_id", "value": "app"}},
                     {{"name": "scope", "multiValue": ["{scope}"]}}]}}]}}"#
            );
            apps.add(&serde_json::from_str(&text).unwrap());
        }
        apps
    }

    #[test]
    fn who_let_an_app_in_is_remembered_until_the_log_tells_the_end() {
        let (ann, bob) = (("authorize", 1, "ann", MAIL), ("authorize", 2, "bob", "openid"));
        let before = apps(&[ann, bob]).in_order(&[]);
        let remembered = |events: &[(&str, u32, &str, &str)]| {
            let after = apps(events).in_order(&before);
            let remembered = after.into_iter().flat_map(|app| app.remembered);
            let users = remembered.flat_map(|consent| {
                consent.users.into_iter().map(move |user| (user, consent.scopes.iter().cloned().collect()))
            });
            users.collect::<Vec<(String, Vec<String>)>>()
        };
        let of_ann = || ("ann".to_owned(), vec![MAIL.to_owned()]);
        assert_eq!(remembered(&[ann, bob]), []);
        assert_eq!(remembered(&[bob]), [of_ann()]);
        assert_eq!(remembered(&[("authorize", 3, "ann", "openid"), bob]), [of_ann()]);
        assert_eq!(remembered(&[("revoke", 3, "ann", MAIL), bob]), []);
        assert_eq!(remembered(&[("revoke", 3, "ann", MAIL), ("authorize", 4, "ann", "openid"), bob]), []);
        assert_eq!(remembered(&[("revoke", 3, "bob", "openid")]), [of_ann()]);
        let twice = apps(&[]).in_order(&apps(&[bob]).in_order(&before));
        assert_eq!((twice[0].users, twice[0].remembered_users().len()), (0, 2));
    }

    #[test]
    fn users_who_are_too_many_to_be_named_are_counted() {
        let names: Vec<String> = (0..30).map(|number| format!("user-{number:02}")).collect();
        let all =
            |name, day| -> Vec<_> { names.iter().map(|user| (name, day, user.as_str(), MAIL)).collect() };
        let before = apps(&all("authorize", 1)).in_order(&[]);
        let lost = |events: &[(&str, u32, &str, &str)]| -> u64 {
            let after = apps(events).in_order(&before);
            let remembered = after.iter().flat_map(|app| &app.remembered);
            remembered.map(|consent| consent.users.len() as u64 + consent.unnamed).sum()
        };
        assert_eq!(lost(&all("authorize", 1)), 0);
        assert_eq!(lost(&[]), 30);
        assert_eq!(lost(&all("authorize", 1)[..25]), 5);
        assert_eq!(lost(&all("revoke", 2)[..25]), 5);
        assert_eq!(lost(&all("revoke", 2)), 0);
    }

    #[test]
    fn an_event_without_a_client_is_a_gap_and_no_client() {
        for parameters in
            ["", r#"{"name": "API_CLIENT_NAME", "value": " "}"#, r#"{"name": "API_CLIENT_NAME"}"#]
        {
            let (events, nameless) = parsed(parameters);
            assert!(events.is_empty(), "{events:?}");
            assert_eq!(nameless.count, 1);
            let listing = LogListing { any: true, broken: nameless, ..LogListing::default() };
            assert!(!listing.is_whole(), "the log covers no window");
            let gap = listing.reading(Part::AdminLog, ()).gap().cloned().unwrap();
            assert!(gap.message.contains("no `API_CLIENT_NAME` in AUTHORIZE"), "{}", gap.message);
        }
    }
}
