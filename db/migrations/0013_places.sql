-- +goose Up
-- An office is a place with staff, and a place is a row of the same table.
ALTER TABLE office ADD COLUMN village TEXT NOT NULL DEFAULT '';   -- village or residents' community, by name
ALTER TABLE office ADD COLUMN landmark TEXT NOT NULL DEFAULT '';  -- how to find it, in words
ALTER TABLE office ADD COLUMN lat DOUBLE PRECISION;               -- degrees, WGS-84; null when not known
ALTER TABLE office ADD COLUMN lon DOUBLE PRECISION;
ALTER TABLE office ADD COLUMN cell TEXT NOT NULL DEFAULT '';      -- of the grid, '' without coordinates
ALTER TABLE office ADD COLUMN services TEXT NOT NULL DEFAULT '';  -- names of services between blanks
ALTER TABLE office ADD COLUMN can TEXT NOT NULL DEFAULT '';       -- what can be done here, in words
ALTER TABLE office ADD COLUMN cannot TEXT NOT NULL DEFAULT '';    -- what can't, and where it can
DROP INDEX office_kind;
CREATE INDEX office_kind ON office (kind, division, name, id, village, lat, lon);
CREATE INDEX office_near ON office (kind, cell, division, name, id, village, lat, lon);
CREATE INDEX office_place ON office (division, name, id);

-- Other hours on one date. Empty hours: closed.
CREATE TABLE place_day (
  office TEXT NOT NULL REFERENCES office (id),
  day    TEXT NOT NULL,             -- YYYY-MM-DD
  hours  TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (office, day)
);

-- What a place has or lacks. A feature without a row is not known.
CREATE TABLE place_feature (
  office  TEXT NOT NULL REFERENCES office (id),
  feature TEXT NOT NULL,
  present BOOLEAN NOT NULL,
  since   TIMESTAMP NOT NULL,
  by_kind TEXT NOT NULL,            -- who said so: staff, system
  by_id   TEXT NOT NULL,
  PRIMARY KEY (office, feature)
);

-- Counters, gates, machines and ways to pay. One that is shut has a reason, and a
-- time when it opens again if that is known.
CREATE TABLE place_window (
  office     TEXT NOT NULL REFERENCES office (id),
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  serves     TEXT NOT NULL,         -- what for, in words
  kind       TEXT NOT NULL,         -- manned, machine, gate, payment
  staffed_by TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('open', 'closed', 'ended')),
  reason     TEXT NOT NULL,
  until      TIMESTAMP,
  changed_at TIMESTAMP NOT NULL,
  PRIMARY KEY (office, id)
);

-- +goose Down
DROP TABLE place_window;
DROP TABLE place_feature;
DROP TABLE place_day;
DROP INDEX office_place;
DROP INDEX office_near;
DROP INDEX office_kind;
CREATE INDEX office_kind ON office (kind, division);
ALTER TABLE office DROP COLUMN cannot;
ALTER TABLE office DROP COLUMN can;
ALTER TABLE office DROP COLUMN services;
ALTER TABLE office DROP COLUMN cell;
ALTER TABLE office DROP COLUMN lon;
ALTER TABLE office DROP COLUMN lat;
ALTER TABLE office DROP COLUMN landmark;
ALTER TABLE office DROP COLUMN village;
