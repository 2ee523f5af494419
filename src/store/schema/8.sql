-- Things that happened, as logs showed them, and what reports said of them. They are kept when runs are
-- forgotten. Times are microseconds since 1970; `run` is the run that brought a row first.

CREATE TABLE log_event (
    -- gmail_setting or app
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    run INTEGER NOT NULL,
    -- The fact as JSON.
    text TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- Which run read which log whole, and for which time.
CREATE TABLE log_reading (
    part TEXT NOT NULL,
    run INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (part, run)
) STRICT, WITHOUT ROWID;
INSERT INTO log_reading
    SELECT 'admin_log', run, min(from_at), max(until_at) FROM source_window WHERE source = 'audit_log' GROUP BY run;
INSERT INTO log_reading
    SELECT 'token_log', run, max(until_at) - 15552000000000, max(until_at)
    FROM source_window WHERE source = 'token_log' GROUP BY run;

-- When an event was first in a report, and the run that listed it as expired.
CREATE TABLE event_told (
    check_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    run INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    expired_run INTEGER,
    PRIMARY KEY (check_id, subject_id)
) STRICT, WITHOUT ROWID;

-- What happened before this was not reported by the first run, and is not by a later one.
CREATE TABLE events_from (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    at INTEGER NOT NULL
) STRICT;
-- Earlier versions looked back seven days from the first run.
INSERT INTO events_from
    SELECT 1, min(at) - 604800000000 FROM (
        SELECT unixepoch(started_at) * 1000000 AS at FROM run
        UNION ALL SELECT until_at FROM source_window WHERE source = 'audit_log')
    HAVING min(at) IS NOT NULL;
