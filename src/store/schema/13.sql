-- Each part of a mailbox is a row: one that is read more is one row more.
CREATE TABLE mailbox_fact (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    user INTEGER NOT NULL,
    -- As in coverage.csv.
    part TEXT NOT NULL CONSTRAINT mailbox_fact_part_has_a_name CHECK (part <> ''),
    fact INTEGER NOT NULL,
    PRIMARY KEY (run, user, part)
) STRICT, WITHOUT ROWID;

-- Before, a mailbox was one fact with its send-as addresses in it. What was not asked for has no row.
INSERT INTO mailbox_fact (run, user, part, fact)
    SELECT run, user, 'send_as', mailbox FROM user_fact JOIN fact ON fact = mailbox
    WHERE json_type(text, '$.send_as') = 'object';
DELETE FROM fact WHERE fact IN (
    SELECT mailbox FROM user_fact WHERE mailbox IS NOT NULL EXCEPT SELECT fact FROM mailbox_fact);
UPDATE fact SET text = json_extract(text, '$.send_as') WHERE fact IN (SELECT fact FROM mailbox_fact);
ALTER TABLE user_fact DROP COLUMN mailbox;
