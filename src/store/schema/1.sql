CREATE TABLE run (
    run_id TEXT PRIMARY KEY,
    started_at TEXT NOT NULL,
    state TEXT NOT NULL,
    summary TEXT
) STRICT;
CREATE TABLE user_fact (
    run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    user TEXT NOT NULL,
    mailbox TEXT,
    PRIMARY KEY (run_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE part_fact (
    run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
    part TEXT NOT NULL,
    reading TEXT NOT NULL,
    PRIMARY KEY (run_id, part)
) STRICT, WITHOUT ROWID;
CREATE TABLE finding (
    run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    check_id TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    judged_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    worst_first INTEGER NOT NULL,
    finding TEXT NOT NULL,
    PRIMARY KEY (run_id, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_in_order ON finding (run_id, check_id, subject_kind, subject_id);
CREATE INDEX finding_worst_first ON finding (run_id, worst_first, check_id, subject_kind, subject_id);
CREATE TABLE not_assessed (
    run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
    check_id TEXT NOT NULL,
    judged_id TEXT NOT NULL,
    PRIMARY KEY (run_id, check_id, judged_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE finding_seen (
    fingerprint TEXT PRIMARY KEY,
    first_seen_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE grant_seen (
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    PRIMARY KEY (client_id, scope)
) STRICT, WITHOUT ROWID;
