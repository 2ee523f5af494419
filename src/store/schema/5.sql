-- What went to each API in all attempts at the run so far, as JSON; and the mark by which a history is known.

ALTER TABLE run ADD COLUMN requests TEXT;
PRAGMA application_id = 0x57734175;
