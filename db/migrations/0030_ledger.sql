-- +goose Up
-- The plans as tasks: what was read from a document, corrected beside it, and taken into
-- the ledger; then who does what where and by when. Nothing here is deleted: what is
-- written anew stands beside what it replaces.
CREATE TABLE ledger_policy (
  id         TEXT PRIMARY KEY,
  division   TEXT NOT NULL,      -- whose plan it is
  code       TEXT NOT NULL,      -- names its clauses, SX; '' until it is adopted
  title      TEXT NOT NULL,
  number     TEXT NOT NULL,
  issued_on  TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('read', 'adopted', 'dropped')),
  rev        BIGINT NOT NULL,    -- 1 when it was read; each correction adds one
  was_read   BYTEA NOT NULL,     -- the reading as the importer gave it, JSON
  reading    BYTEA NOT NULL,     -- the reading as it was corrected, JSON
  source     BYTEA NOT NULL,     -- the document's text, line by line
  file       TEXT NOT NULL,      -- what the file was called
  read_by    TEXT NOT NULL,
  read_at    TIMESTAMP NOT NULL,
  adopted_by TEXT NOT NULL,
  adopted_at TIMESTAMP
);
CREATE UNIQUE INDEX ledger_policy_code ON ledger_policy (code) WHERE state = 'adopted';
CREATE INDEX ledger_policy_list ON ledger_policy (division, id);

-- What a person made of the reading, one row a changed field.
CREATE TABLE ledger_correction (
  policy TEXT NOT NULL REFERENCES ledger_policy (id),
  rev    BIGINT NOT NULL,
  seq    BIGINT NOT NULL,
  at_ref TEXT NOT NULL,          -- the measure's number, '' for the document's own facts
  field  TEXT NOT NULL,
  was    TEXT NOT NULL,
  now    TEXT NOT NULL,
  by     TEXT NOT NULL,
  at     TIMESTAMP NOT NULL,
  PRIMARY KEY (policy, rev, seq)
);

CREATE TABLE ledger_measure (
  id      TEXT PRIMARY KEY,
  policy  TEXT NOT NULL REFERENCES ledger_policy (id),
  seq     BIGINT NOT NULL,
  ref     TEXT NOT NULL,         -- its number in the document: 14, 2.3, 三(一)
  section TEXT NOT NULL,
  kind    TEXT NOT NULL CHECK (kind IN ('task', 'safeguard')),
  force   TEXT NOT NULL CHECK (force IN ('must', 'encouraged', 'explored')),
  words   TEXT NOT NULL,
  source  TEXT NOT NULL          -- the paragraph of the document, '' where only our words are kept
);
CREATE UNIQUE INDEX ledger_measure_ref ON ledger_measure (policy, ref);

CREATE TABLE ledger_target (
  id        TEXT PRIMARY KEY,
  measure   TEXT NOT NULL REFERENCES ledger_measure (id),
  action    BIGINT NOT NULL,
  seq       BIGINT NOT NULL,
  words     TEXT NOT NULL,
  value     DOUBLE PRECISION NOT NULL,
  unit      TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('at_least', 'at_most', 'exactly'))
);
CREATE UNIQUE INDEX ledger_target_seq ON ledger_target (measure, action, seq);

CREATE TABLE ledger_meeting (
  id       TEXT PRIMARY KEY,
  division TEXT NOT NULL,
  title    TEXT NOT NULL,
  held_on  TEXT NOT NULL,
  minutes  TEXT NOT NULL,
  by       TEXT NOT NULL,
  at       TIMESTAMP NOT NULL
);
CREATE INDEX ledger_meeting_list ON ledger_meeting (division, held_on, id);

-- One part of a measure, or one decision of a meeting, for one unit in one division.
CREATE TABLE ledger_task (
  id          TEXT PRIMARY KEY,
  policy      TEXT NOT NULL,     -- '' for a decision
  measure     TEXT NOT NULL,     -- '' for a decision of no measure
  action      BIGINT NOT NULL,
  meeting     TEXT NOT NULL,     -- '' for a part of a measure
  division    TEXT NOT NULL,     -- where it is to be done
  unit        TEXT NOT NULL,
  leads       BOOLEAN NOT NULL,  -- only where the document says so
  force       TEXT NOT NULL CHECK (force IN ('must', 'encouraged', 'explored')),
  words       TEXT NOT NULL,
  due         TEXT NOT NULL,     -- YYYY-MM-DD, the last day; '' for none
  state       TEXT NOT NULL CHECK (state IN ('silent', 'under_way', 'stuck', 'done', 'accepted')),
  said        TEXT NOT NULL,     -- the report that stands
  reported_at TIMESTAMP,
  done_on     TEXT NOT NULL,     -- when it was first reported as done, of what stands; '' until then
  late_on     TEXT NOT NULL,     -- the due day whose passing was entered, '' for none
  urged       BOOLEAN NOT NULL   -- a supervisor's order has no reply yet
);
CREATE UNIQUE INDEX ledger_task_once ON ledger_task (measure, action, division, unit) WHERE meeting = '';
CREATE INDEX ledger_task_meeting ON ledger_task (meeting);
CREATE INDEX ledger_task_where ON ledger_task (division, measure);
CREATE INDEX ledger_task_unit ON ledger_task (division, unit);
CREATE INDEX ledger_task_measure ON ledger_task (measure, division);
CREATE INDEX ledger_task_due ON ledger_task (due, state);

-- Which office a unit of the ledger is: its staff report.
CREATE TABLE ledger_unit (
  division TEXT NOT NULL,
  unit     TEXT NOT NULL,
  office   TEXT NOT NULL,
  by       TEXT NOT NULL,
  at       TIMESTAMP NOT NULL,
  PRIMARY KEY (division, unit)
);
CREATE INDEX ledger_unit_office ON ledger_unit (office);

CREATE TABLE ledger_report (
  id           TEXT PRIMARY KEY,
  task         TEXT NOT NULL REFERENCES ledger_task (id),
  state        TEXT NOT NULL CHECK (state IN ('under_way', 'stuck', 'done')),
  words        TEXT NOT NULL,
  office       TEXT NOT NULL,
  by           TEXT NOT NULL,
  at           TIMESTAMP NOT NULL,
  verdict      TEXT NOT NULL CHECK (verdict IN ('', 'accepted', 'returned')),
  verdict_said TEXT NOT NULL,
  verdict_by   TEXT NOT NULL,
  verdict_at   TIMESTAMP
);
CREATE INDEX ledger_report_task ON ledger_report (task, id);

CREATE TABLE ledger_extension (
  id         TEXT PRIMARY KEY,
  task       TEXT NOT NULL REFERENCES ledger_task (id),
  from_due   TEXT NOT NULL,
  to_due     TEXT NOT NULL,
  reason     TEXT NOT NULL,
  by         TEXT NOT NULL,
  at         TIMESTAMP NOT NULL,
  decision   TEXT NOT NULL CHECK (decision IN ('', 'granted', 'refused')),
  decided    TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at TIMESTAMP
);
CREATE UNIQUE INDEX ledger_extension_open ON ledger_extension (task) WHERE decision = '';
CREATE INDEX ledger_extension_task ON ledger_extension (task, id);

-- 督办: a supervisor's order to a unit, and its reply.
CREATE TABLE ledger_order (
  id         TEXT PRIMARY KEY,
  task       TEXT NOT NULL REFERENCES ledger_task (id),
  words      TEXT NOT NULL,
  until      TEXT NOT NULL,      -- the last day of the reply
  by         TEXT NOT NULL,
  at         TIMESTAMP NOT NULL,
  reply      TEXT NOT NULL,
  replied_by TEXT NOT NULL,
  replied_at TIMESTAMP
);
CREATE UNIQUE INDEX ledger_order_open ON ledger_order (task) WHERE replied_at IS NULL;
CREATE INDEX ledger_order_task ON ledger_order (task, id);

-- What was put up, opened or trained towards a target: one row a thing, or a lot of them.
CREATE TABLE ledger_count (
  id          TEXT PRIMARY KEY,
  target      TEXT NOT NULL REFERENCES ledger_target (id),
  task        TEXT NOT NULL REFERENCES ledger_task (id),
  division    TEXT NOT NULL,
  words       TEXT NOT NULL,     -- which one, and where
  day         TEXT NOT NULL,
  n           BIGINT NOT NULL,
  by          TEXT NOT NULL,
  at          TIMESTAMP NOT NULL,
  replaces    TEXT NOT NULL,     -- the row that this one puts right, '' for none
  replaced_by TEXT NOT NULL      -- '' for what stands
);
CREATE INDEX ledger_count_target ON ledger_count (target, replaced_by, division, id);

CREATE TABLE ledger_practice (
  id         TEXT PRIMARY KEY,
  division   TEXT NOT NULL,      -- where it was done
  office     TEXT NOT NULL,
  measure    TEXT NOT NULL,      -- '' for none
  title      TEXT NOT NULL,
  words      TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('submitted', 'published', 'returned')),
  said       TEXT NOT NULL,      -- why it was published or returned
  by         TEXT NOT NULL,
  at         TIMESTAMP NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at TIMESTAMP
);
CREATE INDEX ledger_practice_list ON ledger_practice (state, id);

CREATE TABLE ledger_adoption (
  practice TEXT NOT NULL REFERENCES ledger_practice (id),
  office   TEXT NOT NULL,
  division TEXT NOT NULL,
  words    TEXT NOT NULL,
  by       TEXT NOT NULL,
  at       TIMESTAMP NOT NULL,
  PRIMARY KEY (practice, office)
);

-- Photographs and papers behind a report, a count, the minutes or a practice.
CREATE TABLE ledger_file (
  id    TEXT PRIMARY KEY,
  kind  TEXT NOT NULL CHECK (kind IN ('report', 'count', 'meeting', 'practice')),
  of    TEXT NOT NULL,           -- the row that it stands behind
  name  TEXT NOT NULL,
  media TEXT NOT NULL,
  size  BIGINT NOT NULL,
  data  BYTEA NOT NULL,
  by    TEXT NOT NULL,
  at    TIMESTAMP NOT NULL
);
CREATE INDEX ledger_file_of ON ledger_file (kind, of);

-- +goose Down
DROP TABLE ledger_file;
DROP TABLE ledger_adoption;
DROP TABLE ledger_practice;
DROP TABLE ledger_count;
DROP TABLE ledger_order;
DROP TABLE ledger_extension;
DROP TABLE ledger_report;
DROP TABLE ledger_unit;
DROP TABLE ledger_task;
DROP TABLE ledger_meeting;
DROP TABLE ledger_target;
DROP TABLE ledger_measure;
DROP TABLE ledger_correction;
DROP TABLE ledger_policy;
