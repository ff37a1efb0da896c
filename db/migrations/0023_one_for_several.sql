-- +goose Up
-- What an office answered before a case began anew is kept as said in its course, and so
-- is what a request should have made beside itself and could not.
CREATE TABLE casework_note_next (
  person  TEXT NOT NULL,
  request TEXT NOT NULL,
  id      TEXT NOT NULL,
  kind    TEXT NOT NULL CHECK (kind IN ('asked', 'answered', 'noted', 'tried', 'appealed', 'moved', 'extended', 'former', 'left')),
  by_kind TEXT NOT NULL,
  by_id   TEXT NOT NULL,
  at      TIMESTAMP NOT NULL,
  body    BYTEA,                    -- sealed
  PRIMARY KEY (person, request, id),
  FOREIGN KEY (person, request) REFERENCES casework (person, request)
);
INSERT INTO casework_note_next (person, request, id, kind, by_kind, by_id, at, body)
  SELECT person, request, id, kind, by_kind, by_id, at, body FROM casework_note;
DROP TABLE casework_note;
ALTER TABLE casework_note_next RENAME TO casework_note;

-- +goose Down
CREATE TABLE casework_note_next (
  person  TEXT NOT NULL,
  request TEXT NOT NULL,
  id      TEXT NOT NULL,
  kind    TEXT NOT NULL CHECK (kind IN ('asked', 'answered', 'noted', 'tried', 'appealed', 'moved', 'extended')),
  by_kind TEXT NOT NULL,
  by_id   TEXT NOT NULL,
  at      TIMESTAMP NOT NULL,
  body    BYTEA,
  PRIMARY KEY (person, request, id),
  FOREIGN KEY (person, request) REFERENCES casework (person, request)
);
INSERT INTO casework_note_next (person, request, id, kind, by_kind, by_id, at, body)
  SELECT person, request, id, CASE WHEN kind IN ('former', 'left') THEN 'noted' ELSE kind END, by_kind, by_id, at, body FROM casework_note;
DROP TABLE casework_note;
ALTER TABLE casework_note_next RENAME TO casework_note;
