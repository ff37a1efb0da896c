-- +goose Up
-- A list of people that an office brought as a file.
CREATE TABLE roster (
  id         TEXT PRIMARY KEY,
  file       TEXT NOT NULL,         -- its name, without numbers
  division   TEXT NOT NULL,         -- where its people live
  staff      TEXT NOT NULL,         -- who brought it, and in whose name its people are entered
  channel    TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('read', 'checking', 'checked', 'entering', 'stopped', 'entered', 'undoing', 'undone')),
  heads      BYTEA,                 -- sealed: the headings as they were read
  columns    TEXT NOT NULL,         -- what each column holds, between commas
  lines      BIGINT NOT NULL,       -- rows that are not blank
  last       BIGINT NOT NULL,       -- number of the last row
  done       BIGINT NOT NULL,       -- number of the row up to which the present step has come
  alike      BIGINT NOT NULL,       -- 1 enters also those who are like somebody registered
  created_at TIMESTAMP NOT NULL,
  forget_at  TIMESTAMP NOT NULL,
  forgotten  BIGINT NOT NULL        -- 1 when the rows are deleted
);
CREATE INDEX roster_division ON roster (division, id);

-- Some rows of a list, sealed together, from row n on.
CREATE TABLE roster_part (
  roster TEXT NOT NULL REFERENCES roster (id),
  n      BIGINT NOT NULL,
  last   BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (roster, n)
);

-- What became of a row. The person is named before they are entered, so that a
-- row that is entered twice would be the same person twice, which can't be.
CREATE TABLE roster_row (
  roster TEXT NOT NULL REFERENCES roster (id),
  n      BIGINT NOT NULL,
  state  TEXT NOT NULL CHECK (state IN ('good', 'alike', 'known', 'bad', 'entered', 'undone', 'used')),
  person TEXT NOT NULL,             -- who is or would be entered, or who is known
  said   TEXT NOT NULL,             -- what is wrong, by column, as JSON
  PRIMARY KEY (roster, n)
);

-- +goose Down
DROP TABLE roster_row;
DROP TABLE roster_part;
DROP TABLE roster;
