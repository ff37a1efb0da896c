-- +goose Up
-- Who owns the truth of an office's places, or of one resource's.
CREATE TABLE booking_owner (
  office   TEXT NOT NULL,
  resource TEXT NOT NULL,           -- '' for all
  way      TEXT NOT NULL CHECK (way IN ('ours', 'allotted', 'confirmed')),
  system   TEXT NOT NULL,           -- the connection in the installation's file
  code     TEXT NOT NULL,           -- by which they know the resource
  PRIMARY KEY (office, resource)
);

-- What a hospital's own register has said of a booking; '' where it is not asked.
ALTER TABLE booking ADD COLUMN theirs TEXT NOT NULL DEFAULT '' CHECK (theirs IN ('', 'asked', 'late', 'confirmed'));

-- One place that a hospital's register is asked for, under a key that is never used
-- again: what we want it to have, and what it said that it has.
CREATE TABLE booking_ask (
  office   TEXT NOT NULL,
  id       TEXT NOT NULL,           -- the key
  request  TEXT NOT NULL,           -- the booking
  session  TEXT NOT NULL,
  system   TEXT NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('place', 'move')),
  hold     TEXT NOT NULL,           -- a move: the hold on the new place
  want     TEXT NOT NULL CHECK (want IN ('held', 'free')),
  has      TEXT NOT NULL CHECK (has IN ('unknown', 'held', 'free')),
  ref      TEXT NOT NULL,           -- their own number for it
  word     TEXT NOT NULL,           -- the last that was heard, for staff
  tried    BIGINT NOT NULL,         -- times that it was sent
  asked_at TIMESTAMP NOT NULL,
  due_at   TIMESTAMP,               -- until when an answer is waited for
  next_at  TIMESTAMP,               -- when it is sent next
  PRIMARY KEY (office, id),
  FOREIGN KEY (office, session) REFERENCES booking_session (office, id)
);
CREATE INDEX booking_ask_id ON booking_ask (id);
CREATE INDEX booking_ask_request ON booking_ask (office, request);
CREATE INDEX booking_ask_session ON booking_ask (office, session);
CREATE INDEX booking_ask_next ON booking_ask (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX booking_ask_due ON booking_ask (due_at) WHERE due_at IS NOT NULL;

-- A list that a hospital gave of what it has, and where it differs from ours.
CREATE TABLE booking_list (
  office  TEXT NOT NULL,
  id      TEXT NOT NULL,
  from_day TEXT NOT NULL,           -- days that it covers, included
  to_day  TEXT NOT NULL,
  lines   BIGINT NOT NULL,
  same    BIGINT NOT NULL,          -- lines that agree
  staff   TEXT NOT NULL,
  at      TIMESTAMP NOT NULL,
  PRIMARY KEY (office, id)
);

CREATE TABLE booking_difference (
  office  TEXT NOT NULL,
  id      TEXT NOT NULL,
  list    TEXT NOT NULL,
  line    BIGINT NOT NULL,          -- of the list; 0 where it is missing there
  kind    TEXT NOT NULL CHECK (kind IN ('ours', 'theirs', 'state')),
  ask     TEXT NOT NULL,            -- '' where we know nothing of it
  request TEXT NOT NULL,
  ref     TEXT NOT NULL,            -- their own number
  what    TEXT NOT NULL,            -- time, department and doctor, as they say it
  said    TEXT NOT NULL,            -- state there
  state   TEXT NOT NULL CHECK (state IN ('open', 'settled')),
  reason  TEXT NOT NULL,
  PRIMARY KEY (office, id),
  FOREIGN KEY (office, list) REFERENCES booking_list (office, id)
);
CREATE INDEX booking_difference_list ON booking_difference (office, list);

-- +goose Down
DROP TABLE booking_difference;
DROP TABLE booking_list;
DROP TABLE booking_ask;
ALTER TABLE booking DROP COLUMN theirs;
DROP TABLE booking_owner;
