-- Constraints for the tables from before layout 13. SQLite looks at each row once, and rewrites none. They hold what this
-- program decides, never what Google answers: an odd answer must not end a run.

ALTER TABLE run ADD CONSTRAINT run_id_is_not_empty CHECK (run_id <> '');
ALTER TABLE run ADD CONSTRAINT run_state_is_known CHECK (state IN ('started', 'interrupted', 'finished'));
ALTER TABLE run ADD CONSTRAINT run_requests_is_json CHECK (requests IS NULL OR json_valid(requests));
ALTER TABLE run ADD CONSTRAINT run_console_list_is_json CHECK (console_list IS NULL OR json_valid(console_list));

ALTER TABLE fact ADD CONSTRAINT fact_text_is_not_empty CHECK (text <> '');
ALTER TABLE user_key ADD CONSTRAINT user_key_counts_from_1 CHECK (user >= 1);
ALTER TABLE user_fact ADD CONSTRAINT user_fact_listing_counts_from_0 CHECK (listing >= 0);
ALTER TABLE sign_in ADD CONSTRAINT sign_in_at_is_after_1970 CHECK (at > 0);
ALTER TABLE part_fact ADD CONSTRAINT part_fact_part_has_a_name CHECK (part <> '');
ALTER TABLE part_cursor ADD CONSTRAINT part_cursor_part_has_a_name CHECK (part <> '');
ALTER TABLE part_cursor ADD CONSTRAINT part_cursor_is_json CHECK (json_valid(cursor));

ALTER TABLE finding ADD CONSTRAINT finding_counts_from_1 CHECK (finding >= 1);
ALTER TABLE finding_text ADD CONSTRAINT finding_text_verdict_is_known CHECK (
    verdict IN ('fail', 'review', 'error', 'not_assessed', 'excepted', 'pass', 'not_applicable')
    AND length(digest) = 16 AND worst_first >= 0);
ALTER TABLE finding_seen ADD CONSTRAINT finding_seen_fingerprint_is_not_empty CHECK (fingerprint <> '');
ALTER TABLE grant_seen ADD CONSTRAINT grant_seen_is_dated CHECK (first_seen_at <> '');

ALTER TABLE delegation_event ADD CONSTRAINT delegation_event_scopes_is_json CHECK (json_valid(scopes));
ALTER TABLE grant_use ADD CONSTRAINT grant_use_of_is_json CHECK (json_valid(of));
ALTER TABLE grant_use ADD CONSTRAINT grant_use_is_in_order CHECK (first_at <= last_at AND count >= 0);
ALTER TABLE grant_sighting ADD CONSTRAINT grant_sighting_source_has_a_name CHECK (source <> '');
ALTER TABLE grant_sighting ADD CONSTRAINT grant_sighting_is_in_order CHECK (first_at <= last_at);
ALTER TABLE source_window ADD CONSTRAINT source_window_source_has_a_name CHECK (source <> '');
ALTER TABLE address_holding ADD CONSTRAINT address_holding_is_in_order CHECK (first_at <= last_at);

ALTER TABLE log_event ADD CONSTRAINT log_event_kind_is_known CHECK (kind IN ('gmail_setting', 'app'));
ALTER TABLE log_event ADD CONSTRAINT log_event_text_is_json CHECK (json_valid(text));
ALTER TABLE log_reading ADD CONSTRAINT log_reading_part_has_a_name CHECK (part <> '');
ALTER TABLE newest_event ADD CONSTRAINT newest_event_log_has_a_name CHECK (log <> '');
ALTER TABLE event_told ADD CONSTRAINT event_told_check_has_an_id CHECK (check_id <> '');

-- Its constraint had no name.
CREATE TABLE events_from_15 (
    only INTEGER PRIMARY KEY CONSTRAINT events_from_is_one_row CHECK (only = 1),
    at INTEGER NOT NULL
) STRICT;
INSERT INTO events_from_15 SELECT only, at FROM events_from;
DROP TABLE events_from;
ALTER TABLE events_from_15 RENAME TO events_from;
