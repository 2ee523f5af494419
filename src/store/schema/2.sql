-- A fact that did not change is not stored twice: a run holds numbers of facts, and shares those that read
-- like the ones of the run before. What changes with every sign-in stands apart.

CREATE TABLE run_2 (
    run INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    started_at TEXT NOT NULL,
    -- started, interrupted or finished
    state TEXT NOT NULL,
    -- What a run that continues this one must have in common with it.
    terms TEXT NOT NULL DEFAULT '',
    summary TEXT
) STRICT;
INSERT INTO run_2 (run_id, started_at, state, summary)
    SELECT run_id, started_at, state, summary FROM run WHERE state = 'finished' ORDER BY started_at, run_id;

-- One user's profile or mailbox, or one tenant-wide part, as JSON.
CREATE TABLE fact (
    fact INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

CREATE TABLE user_key (
    user INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO user_key (user_id) SELECT DISTINCT user_id FROM user_fact ORDER BY user_id;

-- last_login in milliseconds; 0: never; null: unknown. A mailbox that is null is not read yet. listing: which
-- attempt at the users' listing brought the user last.
CREATE TABLE user_fact_2 (
    run INTEGER NOT NULL REFERENCES run_2 ON DELETE CASCADE,
    user INTEGER NOT NULL,
    profile INTEGER NOT NULL,
    mailbox INTEGER,
    last_login INTEGER,
    listing INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE part_fact_2 (
    run INTEGER NOT NULL REFERENCES run_2 ON DELETE CASCADE,
    part TEXT NOT NULL,
    reading INTEGER NOT NULL,
    PRIMARY KEY (run, part)
) STRICT, WITHOUT ROWID;

-- Where a listing goes on when its run continues.
CREATE TABLE part_cursor (
    run INTEGER NOT NULL REFERENCES run_2 ON DELETE CASCADE,
    part TEXT NOT NULL,
    cursor TEXT NOT NULL,
    PRIMARY KEY (run, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding_text (
    finding INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    check_id TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    judged_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    worst_first INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE TABLE finding_2 (
    run INTEGER NOT NULL REFERENCES run_2 ON DELETE CASCADE,
    finding INTEGER NOT NULL,
    PRIMARY KEY (run, finding)
) STRICT, WITHOUT ROWID;

-- The rows of version 1, a run and a user at a time; texts are numbered as they come.
CREATE TEMP TABLE moved AS
    SELECT row_number() OVER () AS number, run.run AS run, old.user_id AS user_id, old.mailbox AS mailbox,
           json_set(old.user, '$.last_login', 'unknown') AS profile,
           CASE
               WHEN json_type(old.user, '$.last_login') = 'object'
                   THEN CAST(round((julianday(json_extract(old.user, '$.last_login.at')) - 2440587.5) * 86400000.0) AS INTEGER)
               WHEN json_extract(old.user, '$.last_login') = 'never' THEN 0
           END AS last_login
    FROM user_fact AS old JOIN run_2 AS run USING (run_id);
INSERT INTO fact (fact, text) SELECT 2 * number, profile FROM moved;
INSERT INTO fact (fact, text) SELECT 2 * number + 1, mailbox FROM moved WHERE mailbox IS NOT NULL;
INSERT INTO user_fact_2 (run, user, profile, mailbox, last_login)
    SELECT moved.run, key.user, 2 * number, CASE WHEN mailbox IS NOT NULL THEN 2 * number + 1 END, last_login
    FROM moved JOIN user_key AS key USING (user_id);
DROP TABLE moved;

CREATE TEMP TABLE moved AS
    SELECT row_number() OVER () + (SELECT coalesce(max(fact), 0) FROM fact) AS number,
           run.run AS run, old.part AS part, old.reading AS reading
    FROM part_fact AS old JOIN run_2 AS run USING (run_id);
INSERT INTO fact (fact, text) SELECT number, reading FROM moved;
INSERT INTO part_fact_2 (run, part, reading) SELECT run, part, number FROM moved;
DROP TABLE moved;

CREATE TEMP TABLE moved AS
    SELECT row_number() OVER () AS number, run.run AS run, old.*
    FROM finding AS old JOIN run_2 AS run USING (run_id);
INSERT INTO finding_text
    SELECT number, randomblob(16), fingerprint, check_id, subject_kind, subject_id, judged_id, verdict,
           worst_first, finding
    FROM moved;
INSERT INTO finding_2 (run, finding) SELECT run, number FROM moved;
DROP TABLE moved;

DROP TABLE not_assessed;
DROP TABLE finding;
DROP TABLE part_fact;
DROP TABLE user_fact;
DROP TABLE run;
ALTER TABLE run_2 RENAME TO run;
ALTER TABLE user_fact_2 RENAME TO user_fact;
ALTER TABLE part_fact_2 RENAME TO part_fact;
ALTER TABLE finding_2 RENAME TO finding;

CREATE INDEX finding_in_order ON finding_text (check_id, subject_kind, subject_id, fingerprint);
CREATE INDEX finding_worst_first ON finding_text (worst_first, check_id, fingerprint);
CREATE INDEX finding_by_fingerprint ON finding_text (fingerprint);
