-- Reports that were written of a run, in the order of their numbers: the next run names the manifest of the last one.
CREATE TABLE report (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    number INTEGER NOT NULL CONSTRAINT report_number_counts_from_1 CHECK (number >= 1),
    -- The name of its folder.
    folder TEXT NOT NULL,
    -- Of its manifest.json, hexadecimal.
    manifest_sha256 TEXT NOT NULL CONSTRAINT report_manifest_sha256_is_a_digest CHECK (length(manifest_sha256) = 64),
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

-- The console's delegation list that the run read, as JSON: name, digest, date.
ALTER TABLE run ADD COLUMN console_list TEXT;
