-- +goose Up
-- A case may wait for the applicant, be rejected, withdrawn, or end without the
-- person's word; it may move between offices, be extended and be appealed.
CREATE TABLE casework_next (
  person      TEXT NOT NULL,
  request     TEXT NOT NULL,
  number      TEXT NOT NULL,
  service     TEXT NOT NULL,
  skill       TEXT NOT NULL,        -- what whoever works it must know, or ''
  office      TEXT NOT NULL,
  division    TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'taken', 'asked', 'resolved', 'confirmed', 'unconfirmed', 'rejected', 'withdrawn')),
  assignee    TEXT NOT NULL,
  outcome     BYTEA,                -- sealed: what was done, in words for the person
  reopened    BIGINT NOT NULL,
  attempts    BIGINT NOT NULL,      -- to reach the person since the last answer
  extended    BIGINT NOT NULL,
  appealed    BIGINT NOT NULL,
  answered_by TEXT NOT NULL,        -- who gave the last answer, or ''
  opened_at   TIMESTAMP NOT NULL,
  near_at     TIMESTAMP NOT NULL,   -- from when it is called near its deadline
  due_at      TIMESTAMP NOT NULL,
  stopped_at  TIMESTAMP,            -- the clock stands while the applicant is asked
  overdue_at  TIMESTAMP,
  resolved_at TIMESTAMP,
  tried_at    TIMESTAMP,            -- of the last attempt
  ended_at    TIMESTAMP,
  rev         BIGINT NOT NULL,
  PRIMARY KEY (person, request),
  FOREIGN KEY (person, request) REFERENCES request (person, id)
);
INSERT INTO casework_next (person, request, number, service, skill, office, division, state, assignee, outcome, reopened, attempts, extended, appealed, answered_by,
    opened_at, near_at, due_at, overdue_at, resolved_at, ended_at, rev)
  SELECT person, request, number, service, '', office, division, CASE state WHEN 'cancelled' THEN 'withdrawn' ELSE state END, assignee, outcome, reopened, 0, 0, 0,
    CASE state WHEN 'resolved' THEN assignee ELSE '' END, opened_at, due_at, due_at, overdue_at, resolved_at, confirmed_at, rev FROM casework;
CREATE TABLE casework_seen_next (
  person  TEXT NOT NULL,
  request TEXT NOT NULL,
  staff   TEXT NOT NULL,
  day     TEXT NOT NULL,
  PRIMARY KEY (person, request, staff, day),
  FOREIGN KEY (person, request) REFERENCES casework_next (person, request)
);
INSERT INTO casework_seen_next (person, request, staff, day) SELECT person, request, staff, day FROM casework_seen;
DROP TABLE casework_seen;
DROP TABLE casework;
ALTER TABLE casework_next RENAME TO casework;
ALTER TABLE casework_seen_next RENAME TO casework_seen;
CREATE INDEX casework_queue ON casework (office, state, due_at, request);
CREATE INDEX casework_assignee ON casework (assignee, state);
CREATE INDEX casework_request ON casework (request);
CREATE INDEX casework_due ON casework (due_at) WHERE overdue_at IS NULL AND state IN ('open', 'taken');

-- What was said in the course of a case: asked of the applicant, answered, noted
-- for colleagues, tried by phone.
CREATE TABLE casework_note (
  person  TEXT NOT NULL,
  request TEXT NOT NULL,
  id      TEXT NOT NULL,
  kind    TEXT NOT NULL CHECK (kind IN ('asked', 'answered', 'noted', 'tried', 'appealed', 'moved', 'extended')),
  by_kind TEXT NOT NULL,
  by_id   TEXT NOT NULL,
  at      TIMESTAMP NOT NULL,
  body    BYTEA,                    -- sealed
  PRIMARY KEY (person, request, id),
  FOREIGN KEY (person, request) REFERENCES casework (person, request)
);

-- Papers and money that were handed in, and in whose hands they are.
CREATE TABLE casework_custody (
  person  TEXT NOT NULL,
  request TEXT NOT NULL,
  id      TEXT NOT NULL,
  kind    TEXT NOT NULL CHECK (kind IN ('paper', 'fee')),
  what    BYTEA,                    -- sealed: which papers; of a fee, for what
  fen     BIGINT NOT NULL,          -- of a fee, in hundredths of a yuan
  office  TEXT NOT NULL,            -- who has it, or had it last; of a bill, who is to be paid
  towards TEXT NOT NULL,            -- office that it is on its way to, or ''
  state   TEXT NOT NULL CHECK (state IN ('due', 'told', 'held', 'sent', 'filed', 'returned', 'lost')),
  at      TIMESTAMP NOT NULL,
  PRIMARY KEY (person, request, id),
  FOREIGN KEY (person, request) REFERENCES casework (person, request)
);
CREATE INDEX casework_custody_office ON casework_custody (office, state, at, id);
CREATE INDEX casework_custody_towards ON casework_custody (towards, state, at, id);

-- Who of an office is away from when to when, and who goes on with their cases.
CREATE TABLE absence (
  office   TEXT NOT NULL,
  id       TEXT NOT NULL,
  staff    TEXT NOT NULL,
  cover    TEXT NOT NULL,
  from_at  TIMESTAMP NOT NULL,
  until_at TIMESTAMP NOT NULL,
  PRIMARY KEY (office, id)
);
CREATE INDEX absence_until ON absence (office, until_at);

-- +goose Down
DROP TABLE absence;
DROP TABLE casework_custody;
DROP TABLE casework_note;
CREATE TABLE casework_next (
  person      TEXT NOT NULL,
  request     TEXT NOT NULL,
  number      TEXT NOT NULL,
  service     TEXT NOT NULL,
  office      TEXT NOT NULL,
  division    TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'taken', 'resolved', 'confirmed', 'cancelled')),
  assignee    TEXT NOT NULL,
  outcome     BYTEA,
  reopened    BIGINT NOT NULL,
  opened_at   TIMESTAMP NOT NULL,
  due_at      TIMESTAMP NOT NULL,
  overdue_at  TIMESTAMP,
  resolved_at TIMESTAMP,
  confirmed_at TIMESTAMP,
  rev         BIGINT NOT NULL,
  PRIMARY KEY (person, request),
  FOREIGN KEY (person, request) REFERENCES request (person, id)
);
INSERT INTO casework_next (person, request, number, service, office, division, state, assignee, outcome, reopened, opened_at, due_at, overdue_at, resolved_at, confirmed_at, rev)
  SELECT person, request, number, service, office, division,
    CASE state WHEN 'asked' THEN 'taken' WHEN 'unconfirmed' THEN 'confirmed' WHEN 'rejected' THEN 'confirmed' WHEN 'withdrawn' THEN 'cancelled' ELSE state END,
    assignee, outcome, reopened, opened_at, due_at, overdue_at, resolved_at, ended_at, rev FROM casework;
CREATE TABLE casework_seen_next (
  person  TEXT NOT NULL,
  request TEXT NOT NULL,
  staff   TEXT NOT NULL,
  day     TEXT NOT NULL,
  PRIMARY KEY (person, request, staff, day),
  FOREIGN KEY (person, request) REFERENCES casework_next (person, request)
);
INSERT INTO casework_seen_next (person, request, staff, day) SELECT person, request, staff, day FROM casework_seen;
DROP TABLE casework_seen;
DROP TABLE casework;
ALTER TABLE casework_next RENAME TO casework;
ALTER TABLE casework_seen_next RENAME TO casework_seen;
CREATE INDEX casework_queue ON casework (office, state, due_at);
CREATE INDEX casework_request ON casework (request);
