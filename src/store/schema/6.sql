-- When the run was continued last. Its facts are from its start, from then, and from what came between.

ALTER TABLE run ADD COLUMN resumed_at TEXT;
