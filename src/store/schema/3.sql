-- What the delegation ledger remembers. It is kept when runs are forgotten: Google's log forgets after 180
-- days. Times are microseconds since 1970; `run` is the run that brought a row first, so that an older run is
-- judged again by what it knew.

CREATE TABLE delegation_event (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    -- The place among events of one instant.
    place INTEGER NOT NULL,
    run INTEGER NOT NULL,
    name TEXT NOT NULL,
    client TEXT NOT NULL,
    -- A JSON array.
    scopes TEXT NOT NULL,
    actor TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX delegation_event_in_order ON delegation_event (at, place, id);

-- Uses of one client × scope, counted. `of` is what they have in common, as JSON.
CREATE TABLE grant_use (
    of TEXT PRIMARY KEY,
    run INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    -- The greatest of any one run: runs read the same log again.
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE grant_sighting (
    client TEXT NOT NULL,
    scope TEXT NOT NULL,
    source TEXT NOT NULL,
    run INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (client, scope, source)
) STRICT, WITHOUT ROWID;

-- What a source covered; client is empty where it covers all.
CREATE TABLE source_window (
    source TEXT NOT NULL,
    client TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (source, client, from_at, until_at)
) STRICT, WITHOUT ROWID;

-- Client ids of service accounts by address: logs may name either, and a project may leave the configuration.
CREATE TABLE client_address (
    address TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    run INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
