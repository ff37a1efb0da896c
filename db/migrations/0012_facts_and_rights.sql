-- +goose Up
-- Facts about a person that overlap and end, each with where it is from: never
-- one enum. division is the person's home, so that a list by place needs no join.
CREATE TABLE person_tag (
  person      TEXT NOT NULL REFERENCES person (id),
  id          TEXT NOT NULL,
  kind        TEXT NOT NULL,          -- of people/data/tags.yaml
  variant     TEXT NOT NULL,          -- one of the kind's, or ''
  scale       TEXT NOT NULL,          -- by which scale it was assessed, or ''
  level       BIGINT NOT NULL,        -- on that scale; -1 without one
  source      TEXT NOT NULL,
  starts      TEXT NOT NULL,          -- YYYY-MM-DD
  ends        TEXT NOT NULL,          -- YYYY-MM-DD, the last day; 9999-12-31 while it holds
  reassess    TEXT NOT NULL,          -- YYYY-MM-DD by which somebody looks again, or ''
  division    TEXT NOT NULL,
  recorded_at TIMESTAMP NOT NULL,
  PRIMARY KEY (person, id)
);
CREATE INDEX person_tag_place ON person_tag (kind, division, ends, person);

-- Who lives together: everybody of one household has a row with its ID.
CREATE TABLE household (
  person TEXT NOT NULL REFERENCES person (id),
  id     TEXT NOT NULL,
  since  TEXT NOT NULL,               -- YYYY-MM-DD
  until  TEXT NOT NULL,               -- YYYY-MM-DD of leaving, or ''
  PRIMARY KEY (person, id, since)
);
CREATE INDEX household_id ON household (id);

CREATE TABLE person_preference (
  person TEXT NOT NULL REFERENCES person (id),
  kind   TEXT NOT NULL,               -- of people/data/preferences.yaml
  value  TEXT NOT NULL,
  set_at TIMESTAMP NOT NULL,
  PRIMARY KEY (person, kind)
);

-- The birth date by a service's own file, where that differs from the card.
CREATE TABLE service_birth (
  person  TEXT NOT NULL REFERENCES person (id),
  service TEXT NOT NULL,
  birth   TEXT NOT NULL,              -- YYYY-MM-DD
  source  TEXT NOT NULL,
  set_at  TIMESTAMP NOT NULL,
  PRIMARY KEY (person, service)
);

ALTER TABLE contact ADD COLUMN place BIGINT NOT NULL DEFAULT 0;          -- the smallest is called first
ALTER TABLE contact ADD COLUMN state TEXT NOT NULL DEFAULT 'active';     -- active, ended
ALTER TABLE contact ADD COLUMN answers BYTEA;                            -- sealed: the name of who answers
ALTER TABLE contact ADD COLUMN emergency BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE person ADD COLUMN erased_on TEXT NOT NULL DEFAULT '';        -- YYYY-MM-DD, '' while they are not

CREATE TABLE consent (
  person       TEXT NOT NULL REFERENCES person (id),
  id           TEXT NOT NULL,
  purpose      TEXT NOT NULL,         -- of rights/data/purposes.yaml
  version      BIGINT NOT NULL,       -- of the purpose's words that were read
  how          TEXT NOT NULL CHECK (how IN ('paper', 'voice', 'face_to_face', 'own_page')),
  given_by     TEXT NOT NULL CHECK (given_by IN ('self', 'guardian', 'agent')),
  by_person    TEXT NOT NULL,         -- who gave it, if not the person
  witness      BYTEA,                 -- sealed: the name of who was there
  given_at     TIMESTAMP NOT NULL,
  withdrawn_at TIMESTAMP,
  PRIMARY KEY (person, id)
);

-- On which days the sweep of what is past its term is to run; one row a day.
CREATE TABLE retention_day (
  day        TEXT PRIMARY KEY,        -- YYYY-MM-DD in Asia/Shanghai
  planned_at TIMESTAMP NOT NULL
);

-- +goose Down
DROP TABLE retention_day;
DROP TABLE consent;
ALTER TABLE person DROP COLUMN erased_on;
ALTER TABLE contact DROP COLUMN emergency;
ALTER TABLE contact DROP COLUMN answers;
ALTER TABLE contact DROP COLUMN state;
ALTER TABLE contact DROP COLUMN place;
DROP TABLE service_birth;
DROP TABLE person_preference;
DROP TABLE household;
DROP TABLE person_tag;
