-- Which service account had which address, from the first run that saw it until the last: an account that is created
-- again under the same address is another client.

CREATE TABLE address_holding (
    address TEXT NOT NULL,
    client_id TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (address, first_at)
) STRICT, WITHOUT ROWID;
-- The run that saw it last may be forgotten: then its newest list or log tells when it was.
INSERT INTO address_holding
    SELECT address, client_id, at, at, run FROM (
        SELECT address, client_id, run, coalesce(
            (SELECT unixepoch(started_at) * 1000000 FROM run WHERE run.run = known.run),
            (SELECT max(until_at) FROM source_window WHERE source_window.run <= known.run),
            0) AS at
        FROM client_address AS known);
DROP TABLE client_address;
