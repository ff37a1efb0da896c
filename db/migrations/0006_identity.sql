-- +goose Up
-- A person registered twice is merged: the row of one names the other, and no
-- row of history is rewritten. aliases counts who names this row.
ALTER TABLE person ADD COLUMN alias_of TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN aliases BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN state TEXT NOT NULL DEFAULT 'active';   -- active, withdrawn (a batch undone), erased
ALTER TABLE person ADD COLUMN died_on TEXT NOT NULL DEFAULT '';       -- YYYY-MM-DD; '' while alive as far as is known
ALTER TABLE person ADD COLUMN reading TEXT NOT NULL DEFAULT '';       -- confirmed syllables with tones, between blanks
ALTER TABLE person ADD COLUMN village TEXT NOT NULL DEFAULT '';       -- village or residents' community, by name
CREATE INDEX person_village ON person (village, birth);
CREATE INDEX person_alias ON person (alias_of) WHERE alias_of <> '';

-- Credentials get more states and the dates that are printed on the card.
CREATE TABLE credential_next (
  person      TEXT NOT NULL REFERENCES person (id),
  id          TEXT NOT NULL,
  kind        TEXT NOT NULL,
  sealed      BYTEA NOT NULL,
  tail        TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('active', 'lost', 'replaced', 'expired', 'disputed', 'withdrawn')),
  issued      TEXT NOT NULL,         -- YYYY-MM-DD by the card, or ''
  expires     TEXT NOT NULL,         -- YYYY-MM-DD by the card, or ''
  replaced_by TEXT NOT NULL,         -- credential of the same person, or ''
  changed_at  TIMESTAMP,             -- of the last change of state
  PRIMARY KEY (person, id)
);
INSERT INTO credential_next (person, id, kind, sealed, tail, state, issued, expires, replaced_by)
  SELECT person, id, kind, sealed, tail, state, '', '', '' FROM credential;
DROP TABLE credential;
ALTER TABLE credential_next RENAME TO credential;

-- Numbers that identify nobody any more and stay findable: replaced, withdrawn,
-- or claimed by somebody while another holds them.
CREATE TABLE credential_former (
  hash       TEXT NOT NULL,
  person     TEXT NOT NULL,
  credential TEXT NOT NULL,
  PRIMARY KEY (hash, person, credential)
);

-- The last six characters of an ID number, which many people know by heart.
CREATE TABLE tail_index (
  hash       TEXT NOT NULL,
  person     TEXT NOT NULL,
  credential TEXT NOT NULL,
  PRIMARY KEY (hash, person, credential)
);

-- +goose Down
DROP TABLE tail_index;
DROP TABLE credential_former;
CREATE TABLE credential_next (
  person  TEXT NOT NULL REFERENCES person (id),
  id      TEXT NOT NULL,
  kind    TEXT NOT NULL,
  sealed  BYTEA NOT NULL,
  tail    TEXT NOT NULL,
  state   TEXT NOT NULL CHECK (state IN ('active', 'lost', 'replaced', 'expired')),
  PRIMARY KEY (person, id)
);
INSERT INTO credential_next (person, id, kind, sealed, tail, state)
  SELECT person, id, kind, sealed, tail, state FROM credential WHERE state NOT IN ('disputed', 'withdrawn');
DROP TABLE credential;
ALTER TABLE credential_next RENAME TO credential;
DROP INDEX person_alias;
DROP INDEX person_village;
ALTER TABLE person DROP COLUMN village;
ALTER TABLE person DROP COLUMN reading;
ALTER TABLE person DROP COLUMN died_on;
ALTER TABLE person DROP COLUMN state;
ALTER TABLE person DROP COLUMN aliases;
ALTER TABLE person DROP COLUMN alias_of;
