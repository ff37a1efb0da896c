-- +goose Up
CREATE TABLE person (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  sex        TEXT NOT NULL CHECK (sex IN ('male', 'female', 'unknown')),
  birth      TEXT NOT NULL,         -- YYYY-MM-DD by the card; the file may differ
  division   TEXT NOT NULL,         -- home, to street level where known
  address    BYTEA,                 -- sealed
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX person_name ON person (name, division);

CREATE TABLE credential (
  person  TEXT NOT NULL REFERENCES person (id),
  id      TEXT NOT NULL,
  kind    TEXT NOT NULL,            -- resident_id, social_security, senior_card …
  sealed  BYTEA NOT NULL,
  tail    TEXT NOT NULL,            -- last four, for masked display
  state   TEXT NOT NULL CHECK (state IN ('active', 'lost', 'replaced', 'expired')),
  PRIMARY KEY (person, id)
);

-- One row per credential number: identifying credentials are unique while
-- active, and old numbers stay findable.
CREATE TABLE credential_index (
  hash       TEXT PRIMARY KEY,
  person     TEXT NOT NULL,
  credential TEXT NOT NULL
);

CREATE TABLE contact (
  person TEXT NOT NULL REFERENCES person (id),
  id     TEXT NOT NULL,
  kind   TEXT NOT NULL CHECK (kind IN ('mobile', 'landline')),
  sealed BYTEA NOT NULL,
  tail   TEXT NOT NULL,
  whose  TEXT NOT NULL,             -- own, or whose phone it is: daughter, neighbour …
  PRIMARY KEY (person, id)
);

-- A phone is a contact, not an identity: many people share one.
CREATE TABLE contact_index (
  hash   TEXT NOT NULL,
  person TEXT NOT NULL,
  PRIMARY KEY (hash, person)
);

-- A person opened at a desk: why, by whom, until when.
CREATE TABLE opening (
  person TEXT NOT NULL REFERENCES person (id),
  staff  TEXT NOT NULL,
  basis  TEXT NOT NULL CHECK (basis IN ('role', 'presented')),
  reason TEXT NOT NULL,
  agent  TEXT NOT NULL,
  until  TIMESTAMP NOT NULL,
  PRIMARY KEY (person, staff)
);

CREATE TABLE proxy_grant (
  person    TEXT NOT NULL REFERENCES person (id),
  id        TEXT NOT NULL,
  agent     TEXT NOT NULL,
  relation  TEXT NOT NULL,          -- daughter, son, neighbour …
  services  TEXT NOT NULL,          -- '*' or service names between blanks
  starts    TIMESTAMP NOT NULL,
  ends      TIMESTAMP,
  given_how TEXT NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
  PRIMARY KEY (person, id)
);
CREATE INDEX proxy_grant_agent ON proxy_grant (agent);

-- Which agent looked at a person on which day.
CREATE TABLE person_seen (
  person TEXT NOT NULL REFERENCES person (id),
  viewer TEXT NOT NULL,
  day    TEXT NOT NULL,
  PRIMARY KEY (person, viewer, day)
);

-- A code on a slip from the window that signs one person in once.
CREATE TABLE access_code (
  hash    TEXT PRIMARY KEY,
  person  TEXT NOT NULL,
  expires TIMESTAMP NOT NULL,
  used_at TIMESTAMP
);

-- +goose Down
DROP TABLE access_code;
DROP TABLE person_seen;
DROP TABLE proxy_grant;
DROP TABLE opening;
DROP TABLE contact_index;
DROP TABLE contact;
DROP TABLE credential_index;
DROP TABLE credential;
DROP TABLE person;
