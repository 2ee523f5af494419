-- A grant that a later list lacked, and that was seen again after that, is a row more: what was seen in one stretch has a
-- row of its own.
CREATE TABLE grant_sighting_16 (
    client TEXT NOT NULL,
    scope TEXT NOT NULL,
    source TEXT NOT NULL CONSTRAINT grant_sighting_source_has_a_name CHECK (source <> ''),
    run INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (client, scope, source, first_at),
    CONSTRAINT grant_sighting_is_in_order CHECK (first_at <= last_at)
) STRICT, WITHOUT ROWID;
INSERT INTO grant_sighting_16 SELECT client, scope, source, run, first_at, last_at FROM grant_sighting;
DROP TABLE grant_sighting;
ALTER TABLE grant_sighting_16 RENAME TO grant_sighting;
