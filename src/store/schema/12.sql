-- A run that is judged again keeps what it was judged before. The newest judgment with a summary is in force.
CREATE TABLE judgment (
    judgment INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    -- What it came to, as JSON; null until its report is written.
    summary TEXT CONSTRAINT judgment_summary_is_json CHECK (summary IS NULL OR json_valid(summary))
) STRICT;
CREATE INDEX judgment_of_run ON judgment (run, judgment);
INSERT INTO judgment (judgment, run, summary)
    SELECT run, run, summary FROM run
    WHERE summary IS NOT NULL OR run IN (SELECT run FROM finding) ORDER BY run;

CREATE TABLE finding_12 (
    judgment INTEGER NOT NULL REFERENCES judgment ON DELETE CASCADE,
    finding INTEGER NOT NULL,
    PRIMARY KEY (judgment, finding)
) STRICT, WITHOUT ROWID;
INSERT INTO finding_12 (judgment, finding) SELECT run, finding FROM finding;
DROP TABLE finding;
ALTER TABLE finding_12 RENAME TO finding;
ALTER TABLE run DROP COLUMN summary;

-- The judgment that a report shows; null in reports from before judgments were kept.
ALTER TABLE report ADD COLUMN judgment INTEGER REFERENCES judgment;
