-- From where a delegation was changed.

ALTER TABLE delegation_event ADD COLUMN ip TEXT;
