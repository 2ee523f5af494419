-- The newest event of each name that a run read of a log, in microseconds since 1970: an answer without any is held
-- against it. Kept when runs are forgotten.
CREATE TABLE newest_event (
    log TEXT NOT NULL,
    name TEXT NOT NULL,
    run INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (log, name, run)
) STRICT, WITHOUT ROWID;
INSERT INTO newest_event SELECT 'admin_log', name, run, max(at) FROM delegation_event GROUP BY name, run;
INSERT INTO newest_event
    SELECT 'admin_log', json_extract(text, '$.event') AS name, run, max(at)
    FROM log_event WHERE kind = 'gmail_setting' AND name IS NOT NULL GROUP BY name, run;
INSERT INTO newest_event
    SELECT 'token_log', 'authorize', run, max(at) FROM log_event WHERE kind = 'app' GROUP BY run;
