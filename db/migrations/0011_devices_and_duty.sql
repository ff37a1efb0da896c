-- +goose Up
-- A session names whom and on which device it is, so that it can be ended from
-- elsewhere: by leaving, by a new password, by revoking the device.
ALTER TABLE sign_session ADD COLUMN party TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_session ADD COLUMN device TEXT NOT NULL DEFAULT '';
CREATE INDEX sign_session_party ON sign_session (party);
CREATE INDEX sign_session_device ON sign_session (device);

-- Card readers, phones of staff, gates, self-service machines and televisions.
CREATE TABLE device (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('reader', 'phone', 'gate', 'kiosk', 'tv')),
  name       TEXT NOT NULL,
  office     TEXT NOT NULL,
  staff      TEXT NOT NULL,         -- of a phone: whose it is; '' of the others
  token      TEXT NOT NULL,         -- hashed
  pin        TEXT NOT NULL,         -- of a phone: argon2id; '' of the others
  state      TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
  created_at TIMESTAMP NOT NULL,
  revoked_at TIMESTAMP
);
CREATE INDEX device_office ON device (office, state, id);
CREATE INDEX device_staff ON device (staff, state);

-- When a device was last heard of, and wrong PINs since the last right one.
CREATE TABLE device_seen (
  device TEXT PRIMARY KEY,
  at     TIMESTAMP NOT NULL,
  tries  BIGINT NOT NULL
);

CREATE TABLE enrol_code (
  hash    TEXT PRIMARY KEY,         -- blind index of the eight digits
  staff   TEXT NOT NULL,
  drawn_by TEXT NOT NULL,
  expires TIMESTAMP NOT NULL,
  used_at TIMESTAMP
);

-- What a reader read a moment ago: whom, never the number.
CREATE TABLE card_read (
  device  TEXT NOT NULL,
  key     TEXT NOT NULL,            -- the bridge's, one for each time a card was laid on
  person  TEXT NOT NULL,            -- '' when nobody has the card
  verdict TEXT NOT NULL,
  read_at TIMESTAMP NOT NULL,
  used_by TEXT NOT NULL,            -- member of staff, or ''
  PRIMARY KEY (device, key)
);

CREATE TABLE duty (
  office   TEXT NOT NULL,
  id       TEXT NOT NULL,
  staff    TEXT NOT NULL,
  role     TEXT NOT NULL,
  from_at  TIMESTAMP NOT NULL,
  until_at TIMESTAMP NOT NULL,
  note     BYTEA,                   -- sealed: what the next on duty should know
  noted_at TIMESTAMP,
  PRIMARY KEY (office, id)
);
CREATE INDEX duty_when ON duty (office, from_at);
CREATE INDEX duty_staff ON duty (staff, from_at);

-- Openings live half an hour: none is carried over.
DROP TABLE opening;
CREATE TABLE opening (
  person TEXT NOT NULL REFERENCES person (id),
  staff  TEXT NOT NULL,
  basis  TEXT NOT NULL CHECK (basis IN ('role', 'presented', 'glass')),
  reason TEXT NOT NULL,
  agent  TEXT NOT NULL,
  until  TIMESTAMP NOT NULL,
  PRIMARY KEY (person, staff)
);

-- Every opening in an emergency is judged afterwards by somebody else.
CREATE TABLE glass_review (
  person      TEXT NOT NULL REFERENCES person (id),
  id          TEXT NOT NULL,
  staff       TEXT NOT NULL,
  division    TEXT NOT NULL,        -- whose supervisors judge it
  emergency   TEXT NOT NULL,
  reason      TEXT NOT NULL,
  opened_at   TIMESTAMP NOT NULL,
  until       TIMESTAMP NOT NULL,
  due_at      TIMESTAMP NOT NULL,
  verdict     TEXT NOT NULL CHECK (verdict IN ('', 'proper', 'improper')),
  note        TEXT NOT NULL,
  reviewer    TEXT NOT NULL,
  reviewed_at TIMESTAMP,
  PRIMARY KEY (person, id)
);
CREATE INDEX glass_review_due ON glass_review (verdict, division, due_at);
CREATE INDEX glass_review_id ON glass_review (id);

-- +goose Down
DROP TABLE glass_review;
DROP TABLE opening;
CREATE TABLE opening (
  person TEXT NOT NULL REFERENCES person (id),
  staff  TEXT NOT NULL,
  basis  TEXT NOT NULL CHECK (basis IN ('role', 'presented')),
  reason TEXT NOT NULL,
  agent  TEXT NOT NULL,
  until  TIMESTAMP NOT NULL,
  PRIMARY KEY (person, staff)
);
DROP TABLE duty;
DROP TABLE card_read;
DROP TABLE enrol_code;
DROP TABLE device_seen;
DROP TABLE device;
DROP INDEX sign_session_device;
DROP INDEX sign_session_party;
ALTER TABLE sign_session DROP COLUMN device;
ALTER TABLE sign_session DROP COLUMN party;
