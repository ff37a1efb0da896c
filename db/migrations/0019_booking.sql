-- +goose Up
-- How places are shared out, by content: bookings refer to the plan they were made under.
CREATE TABLE booking_plan (
  hash    TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  body    TEXT NOT NULL,
  made_at TIMESTAMP NOT NULL
);

-- What is booked: a doctor, a hall, a class.
CREATE TABLE booking_resource (
  office     TEXT NOT NULL,
  id         TEXT NOT NULL,
  kind       TEXT NOT NULL,         -- clinic, venue, class: as definitions name it
  department TEXT NOT NULL,         -- in words; '' where there are none
  name       TEXT NOT NULL,
  about      TEXT NOT NULL,
  plan       TEXT NOT NULL REFERENCES booking_plan (hash),
  staff      TEXT NOT NULL,         -- the doctor's own account, '' if none
  ahead      BIGINT NOT NULL,       -- days before the session on which booking begins
  opens      BIGINT NOT NULL,       -- and the minute of that day
  state      TEXT NOT NULL CHECK (state IN ('active', 'ended')),
  PRIMARY KEY (office, id)
);
CREATE INDEX booking_resource_kind ON booking_resource (office, kind, department);

CREATE TABLE booking_template (
  office   TEXT NOT NULL,
  id       TEXT NOT NULL,
  resource TEXT NOT NULL,
  weekday  BIGINT NOT NULL,         -- 0 is Sunday
  from_min BIGINT NOT NULL,         -- minutes after midnight in Shanghai
  to_min   BIGINT NOT NULL,
  places   BIGINT NOT NULL,
  holidays BOOLEAN NOT NULL,        -- also on public holidays
  since    TEXT NOT NULL,           -- YYYY-MM-DD, included
  until    TEXT NOT NULL,           -- excluded
  PRIMARY KEY (office, id),
  FOREIGN KEY (office, resource) REFERENCES booking_resource (office, id)
);
CREATE INDEX booking_template_resource ON booking_template (office, resource);

-- A day that is not like its weekday, of an office or of one resource.
CREATE TABLE booking_day (
  office   TEXT NOT NULL,
  resource TEXT NOT NULL,           -- '' for all
  day      TEXT NOT NULL,
  weekday  BIGINT NOT NULL,         -- as on that one; -1 for none
  reason   TEXT NOT NULL,
  PRIMARY KEY (office, resource, day)
);

CREATE TABLE booking_session (
  office     TEXT NOT NULL,
  id         TEXT NOT NULL,
  resource   TEXT NOT NULL,
  kind       TEXT NOT NULL,
  department TEXT NOT NULL,
  day        TEXT NOT NULL,
  starts_at  TIMESTAMP NOT NULL,
  ends_at    TIMESTAMP NOT NULL,
  opens_at   TIMESTAMP NOT NULL,    -- booking begins
  places     BIGINT NOT NULL,
  plan       TEXT NOT NULL REFERENCES booking_plan (hash),
  state      TEXT NOT NULL CHECK (state IN ('open', 'stopped')),
  reason     TEXT NOT NULL,
  PRIMARY KEY (office, id),
  UNIQUE (office, resource, starts_at),
  FOREIGN KEY (office, resource) REFERENCES booking_resource (office, id)
);
CREATE INDEX booking_session_free ON booking_session (office, kind, day);
CREATE INDEX booking_session_id ON booking_session (id);
CREATE INDEX booking_session_starts ON booking_session (starts_at);

-- The places of a session in one pool. What bookings and holds take is counted in
-- the row with the quota, so that the database itself refuses one too many.
CREATE TABLE booking_pool (
  office     TEXT NOT NULL,
  session    TEXT NOT NULL,
  pool       TEXT NOT NULL,
  ord        BIGINT NOT NULL,
  kept       BOOLEAN NOT NULL,
  quota      BIGINT NOT NULL,
  used       BIGINT NOT NULL,
  held       BIGINT NOT NULL,
  shut       BOOLEAN NOT NULL,
  release_at TIMESTAMP,
  released   BIGINT,                -- how many were unused when its time came
  PRIMARY KEY (office, session, pool),
  CHECK (quota >= 0 AND used >= 0 AND held >= 0 AND used + held <= quota),
  FOREIGN KEY (office, session) REFERENCES booking_session (office, id)
);
CREATE INDEX booking_pool_due ON booking_pool (release_at) WHERE released IS NULL;

-- A place that stays with a draft while somebody decides, or with one who waited.
CREATE TABLE booking_hold (
  office  TEXT NOT NULL,
  id      TEXT NOT NULL,
  session TEXT NOT NULL,
  pool    TEXT NOT NULL,
  drew_as TEXT NOT NULL,
  cause   TEXT NOT NULL,
  person  TEXT NOT NULL,
  draft   TEXT NOT NULL,            -- '' for a place offered to one who waited
  since   TIMESTAMP NOT NULL,
  until   TIMESTAMP NOT NULL,
  PRIMARY KEY (office, id)
);
CREATE INDEX booking_hold_draft ON booking_hold (draft);
CREATE INDEX booking_hold_person ON booking_hold (person);
CREATE INDEX booking_hold_until ON booking_hold (until);
CREATE INDEX booking_hold_session ON booking_hold (office, session);
CREATE INDEX booking_hold_id ON booking_hold (id);

CREATE TABLE booking (
  office     TEXT NOT NULL,
  id         TEXT NOT NULL,         -- the request's
  session    TEXT NOT NULL,
  pool       TEXT NOT NULL,         -- whose place it is
  drew_as    TEXT NOT NULL,         -- on the right of which pool
  cause      TEXT NOT NULL CHECK (cause IN ('own', 'released', 'borrowed', 'extra')),
  person     TEXT NOT NULL,
  number     TEXT NOT NULL,
  service    TEXT NOT NULL,
  kind       TEXT NOT NULL,
  department TEXT NOT NULL,
  resource   TEXT NOT NULL,
  day        TEXT NOT NULL,
  starts_at  TIMESTAMP NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('booked', 'arrived', 'missed', 'cancelled', 'called_off')),
  reason     TEXT NOT NULL,
  channel    TEXT NOT NULL,
  made_at    TIMESTAMP NOT NULL,
  ended_at   TIMESTAMP,
  rev        BIGINT NOT NULL,
  PRIMARY KEY (office, id),
  FOREIGN KEY (office, session) REFERENCES booking_session (office, id)
);
CREATE INDEX booking_id ON booking (id);
CREATE INDEX booking_person ON booking (person, starts_at);
CREATE INDEX booking_roll ON booking (office, session);

CREATE TABLE booking_wait (
  office  TEXT NOT NULL,
  id      TEXT NOT NULL,
  session TEXT NOT NULL,
  person  TEXT NOT NULL,
  service TEXT NOT NULL,
  state   TEXT NOT NULL CHECK (state IN ('waiting', 'offered', 'served', 'left')),
  channel TEXT NOT NULL,            -- by which they asked: it decides from which pools they draw
  since   TIMESTAMP NOT NULL,
  PRIMARY KEY (office, id),
  FOREIGN KEY (office, session) REFERENCES booking_session (office, id)
);
CREATE INDEX booking_wait_session ON booking_wait (office, session, state, since);
CREATE INDEX booking_wait_state ON booking_wait (state);
CREATE INDEX booking_wait_person ON booking_wait (person);

-- +goose Down
DROP TABLE booking_wait;
DROP TABLE booking;
DROP TABLE booking_hold;
DROP TABLE booking_pool;
DROP TABLE booking_session;
DROP TABLE booking_day;
DROP TABLE booking_template;
DROP TABLE booking_resource;
DROP TABLE booking_plan;
