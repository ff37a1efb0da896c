-- +goose Up
CREATE TABLE service_definition (
  hash         TEXT PRIMARY KEY,
  service      TEXT NOT NULL,
  version      BIGINT NOT NULL,
  body         TEXT NOT NULL,
  published_at TIMESTAMP NOT NULL
);
CREATE INDEX service_definition_service ON service_definition (service, version);

CREATE TABLE service_state (
  service  TEXT NOT NULL,
  division TEXT NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('draft', 'pilot', 'live', 'suspended')),
  hash     TEXT NOT NULL REFERENCES service_definition (hash),
  PRIMARY KEY (service, division)
);

CREATE TABLE spoken_number (
  number     TEXT PRIMARY KEY,
  id         TEXT NOT NULL,         -- of the draft, and of the request it becomes
  person     TEXT NOT NULL,
  claimed_at TIMESTAMP NOT NULL
);

CREATE TABLE idempotency (
  hash       TEXT PRIMARY KEY,      -- of actor, verb and key
  result     TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE draft (
  id         TEXT PRIMARY KEY,
  number     TEXT NOT NULL,
  service    TEXT NOT NULL,
  def_hash   TEXT NOT NULL,
  person     TEXT NOT NULL,
  rev        BIGINT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('open', 'submitted', 'dropped')),
  answers    BYTEA NOT NULL,        -- sealed
  channel    TEXT NOT NULL,         -- where it was begun
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX draft_person ON draft (person, updated_at);

CREATE TABLE request (
  person     TEXT NOT NULL,
  id         TEXT NOT NULL,         -- the draft's ID: one draft makes one request
  number     TEXT NOT NULL,
  service    TEXT NOT NULL,
  def_hash   TEXT NOT NULL,
  answers    BYTEA NOT NULL,        -- sealed
  operator_kind TEXT NOT NULL,
  operator_id   TEXT NOT NULL,
  agent_kind TEXT NOT NULL,
  agent_id   TEXT NOT NULL,
  basis      TEXT NOT NULL,
  channel    TEXT NOT NULL,
  parent     TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (person, id)
);
CREATE INDEX request_id ON request (id);

CREATE TABLE casework (
  person      TEXT NOT NULL,
  request     TEXT NOT NULL,
  number      TEXT NOT NULL,
  service     TEXT NOT NULL,
  office      TEXT NOT NULL,
  division    TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'taken', 'resolved', 'confirmed', 'cancelled')),
  assignee    TEXT NOT NULL,
  outcome     BYTEA,                -- sealed: what was done, in words for the person
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
CREATE INDEX casework_queue ON casework (office, state, due_at);
CREATE INDEX casework_request ON casework (request);

-- Who at the office looked at a case on which day.
CREATE TABLE casework_seen (
  person  TEXT NOT NULL,
  request TEXT NOT NULL,
  staff   TEXT NOT NULL,
  day     TEXT NOT NULL,
  PRIMARY KEY (person, request, staff, day),
  FOREIGN KEY (person, request) REFERENCES casework (person, request)
);

-- +goose Down
DROP TABLE casework_seen;
DROP TABLE casework;
DROP TABLE request;
DROP TABLE draft;
DROP TABLE idempotency;
DROP TABLE spoken_number;
DROP TABLE service_state;
DROP TABLE service_definition;
