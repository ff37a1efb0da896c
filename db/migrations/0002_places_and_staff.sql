-- +goose Up
CREATE TABLE division (
  code   TEXT PRIMARY KEY,
  name   TEXT NOT NULL,
  parent TEXT NOT NULL,
  level  BIGINT NOT NULL            -- 1 province, 2 city, 3 county, 4 street or town
);

CREATE TABLE office (
  id       TEXT PRIMARY KEY,
  kind     TEXT NOT NULL,           -- hospital, community, bureau …
  name     TEXT NOT NULL,
  division TEXT NOT NULL REFERENCES division (code),
  address  TEXT NOT NULL,
  phone    TEXT NOT NULL,           -- a public number, not personal data
  hours    TEXT NOT NULL
);
CREATE INDEX office_kind ON office (kind, division);

CREATE TABLE staff (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  office     TEXT NOT NULL REFERENCES office (id),
  state      TEXT NOT NULL CHECK (state IN ('active', 'left')),
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE staff_login (
  login    TEXT PRIMARY KEY,
  staff    TEXT NOT NULL REFERENCES staff (id),
  password TEXT NOT NULL,           -- argon2id
  totp     BYTEA,                   -- sealed secret; null until enrolled
  totp_last BIGINT NOT NULL,        -- last time step used: a code works once
  failures BIGINT NOT NULL,
  locked_until TIMESTAMP
);

CREATE TABLE staff_role (
  staff    TEXT NOT NULL REFERENCES staff (id),
  role     TEXT NOT NULL,
  division TEXT NOT NULL,
  PRIMARY KEY (staff, role, division)
);

CREATE TABLE sign_session (
  token   TEXT PRIMARY KEY,         -- hashed
  data    BYTEA NOT NULL,
  expires TIMESTAMP NOT NULL
);
CREATE INDEX sign_session_expires ON sign_session (expires);

-- +goose Down
DROP TABLE sign_session;
DROP TABLE staff_role;
DROP TABLE staff_login;
DROP TABLE staff;
DROP TABLE office;
DROP TABLE division;
