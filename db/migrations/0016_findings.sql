-- +goose Up
-- Why a place serves the public no more, '' while it does.
ALTER TABLE office ADD COLUMN shut TEXT NOT NULL DEFAULT '';

-- Duties of the plans that are not met. One that is open is unique for its rule and
-- subject; one that was cleared stays for the record.
CREATE TABLE finding (
  id           TEXT PRIMARY KEY,
  rule         TEXT NOT NULL,       -- a code of the rooms' rules
  subject_kind TEXT NOT NULL,       -- office, service, division
  subject      TEXT NOT NULL,
  scope        TEXT NOT NULL,       -- which check finds it: an office's ID, or a division's code
  force        TEXT NOT NULL CHECK (force IN ('must', 'encouraged')),
  division     TEXT NOT NULL,
  office       TEXT NOT NULL,       -- '' when it is no office's
  say          TEXT NOT NULL,
  since        TIMESTAMP NOT NULL,
  due          TIMESTAMP NOT NULL,  -- until when the owner must have answered
  asked        TEXT NOT NULL,       -- what a supervisor wants to know, '' if nobody asked
  asked_by     TEXT NOT NULL,
  asked_at     TIMESTAMP,
  answer       TEXT NOT NULL,
  answered_by  TEXT NOT NULL,
  answered_at  TIMESTAMP,
  checked_at   TIMESTAMP NOT NULL,  -- when it was last found to be so
  cleared_at   TIMESTAMP
);
CREATE UNIQUE INDEX finding_open ON finding (rule, subject_kind, subject) WHERE cleared_at IS NULL;
CREATE INDEX finding_scope ON finding (scope, cleared_at);
CREATE INDEX finding_list ON finding (division, id);

-- Until when a service is suspended, if that is known: then it is resumed.
ALTER TABLE service_state ADD COLUMN until TIMESTAMP;

-- +goose Down
ALTER TABLE service_state DROP COLUMN until;
DROP TABLE finding;
ALTER TABLE office DROP COLUMN shut;
