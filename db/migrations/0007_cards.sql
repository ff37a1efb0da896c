-- +goose Up
-- Two persons bring the same number. The holder's card and the claimant's are both
-- in state disputed until somebody decides; the number identifies nobody meanwhile.
CREATE TABLE credential_dispute (
  id                TEXT PRIMARY KEY,
  kind              TEXT NOT NULL,       -- of the claimant's card
  holder            TEXT NOT NULL,
  holder_card       TEXT NOT NULL,
  holder_was        TEXT NOT NULL,       -- the state to go back to: active or lost
  holder_division   TEXT NOT NULL,
  claimant          TEXT NOT NULL,
  claimant_card     TEXT NOT NULL,
  claimant_division TEXT NOT NULL,
  state             TEXT NOT NULL CHECK (state IN ('open', 'holder', 'claimant', 'merged')),
  reason            TEXT NOT NULL,       -- why it was decided so, no numbers in it
  raised_at         TIMESTAMP NOT NULL,
  settled_by        TEXT NOT NULL,
  settled_at        TIMESTAMP
);
CREATE INDEX credential_dispute_open ON credential_dispute (holder_division, id) WHERE state = 'open';
CREATE INDEX credential_dispute_claim ON credential_dispute (claimant_division, id) WHERE state = 'open';

-- Each merge of two registrations of one person. What holds now is in person
-- (alias_of, aliases); this is how it came about, and what an undo goes by.
CREATE TABLE person_merge (
  id          TEXT PRIMARY KEY,
  kept        TEXT NOT NULL,
  dropped     TEXT NOT NULL,
  division    TEXT NOT NULL,             -- home of the kept one
  reason      TEXT NOT NULL,
  merged_by   TEXT NOT NULL,
  merged_at   TIMESTAMP NOT NULL,
  undone_by   TEXT NOT NULL,
  undo_reason TEXT NOT NULL,
  undone_at   TIMESTAMP
);
CREATE INDEX person_merge_division ON person_merge (division, id);

-- +goose Down
DROP TABLE person_merge;
DROP TABLE credential_dispute;
