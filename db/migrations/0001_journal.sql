-- +goose Up
-- The journal: one row an act, what it was about, and its erasable detail.
CREATE TABLE journal_entry (
  id             TEXT PRIMARY KEY,
  at             TIMESTAMP NOT NULL,
  act            TEXT NOT NULL,
  operator_kind  TEXT NOT NULL,
  operator_id    TEXT NOT NULL,
  agent_kind     TEXT NOT NULL,
  agent_id       TEXT NOT NULL,
  subject        TEXT NOT NULL,
  channel        TEXT NOT NULL,
  device         TEXT NOT NULL,
  basis          TEXT NOT NULL,
  basis_ref      TEXT NOT NULL,
  division       TEXT NOT NULL,
  office         TEXT NOT NULL,
  day            TEXT NOT NULL,     -- YYYY-MM-DD in Asia/Shanghai
  measure        BIGINT,            -- what a histogram is made of, for example seconds
  bucket         BIGINT,            -- the histogram bucket of measure
  digest         TEXT NOT NULL,     -- SHA-256 of salt and detail
  hash           TEXT NOT NULL,     -- SHA-256 of everything above and of what it is about
  batch          BIGINT             -- set once, when the entry is sealed
);
CREATE INDEX journal_entry_unsealed ON journal_entry (id) WHERE batch IS NULL;
CREATE INDEX journal_entry_sealed ON journal_entry (batch, id) WHERE batch IS NOT NULL;

CREATE TABLE journal_detail (
  entry TEXT PRIMARY KEY REFERENCES journal_entry (id),
  salt  TEXT NOT NULL,
  body  TEXT NOT NULL
);

CREATE TABLE journal_about (
  id    TEXT NOT NULL,
  kind  TEXT NOT NULL,
  entry TEXT NOT NULL,
  role  TEXT NOT NULL,
  PRIMARY KEY (id, entry, role)
);
CREATE INDEX journal_about_entry ON journal_about (entry);

-- A sealed batch: the hash of its entries in their order, chained to the head
-- before, signed with a key that is not in the database.
CREATE TABLE journal_batch (
  seq       BIGINT PRIMARY KEY,
  sealed_at TIMESTAMP NOT NULL,
  entries   BIGINT NOT NULL,
  root      TEXT NOT NULL,
  head      TEXT NOT NULL,
  signature TEXT NOT NULL
);

-- One row: who seals next begins by updating it.
CREATE TABLE journal_chain (
  one  BIGINT PRIMARY KEY,
  seq  BIGINT NOT NULL,
  head TEXT NOT NULL
);
INSERT INTO journal_chain (one, seq, head) VALUES (1, 0, '');

-- Counts and histograms. bucket is -1 for the count itself.
CREATE TABLE journal_tally (
  indicator TEXT NOT NULL,
  day       TEXT NOT NULL,
  division  TEXT NOT NULL,
  channel   TEXT NOT NULL,
  bucket    BIGINT NOT NULL,
  n         BIGINT NOT NULL,
  total     BIGINT NOT NULL,
  PRIMARY KEY (indicator, day, division, channel, bucket)
);

-- +goose Down
DROP TABLE journal_tally;
DROP TABLE journal_chain;
DROP TABLE journal_batch;
DROP TABLE journal_about;
DROP TABLE journal_detail;
DROP TABLE journal_entry;
