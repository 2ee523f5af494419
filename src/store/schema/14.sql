-- Types that are kept as JSON, with the version in which this history keeps each. One that has no row is in version 1.
CREATE TABLE stored_type (
    name TEXT PRIMARY KEY CONSTRAINT stored_type_has_a_name CHECK (name <> ''),
    version INTEGER NOT NULL CONSTRAINT stored_type_version_counts_from_1 CHECK (version >= 1)
) STRICT, WITHOUT ROWID;
