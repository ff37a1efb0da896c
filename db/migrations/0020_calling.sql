-- +goose Up
-- The last number given out before one door on one day; who calls locks it.
CREATE TABLE booking_line (
  office   TEXT NOT NULL,
  resource TEXT NOT NULL,
  day      TEXT NOT NULL,
  last     BIGINT NOT NULL,
  PRIMARY KEY (office, resource, day)
);

-- Somebody who has come and waits to be called. Its ID is its booking's.
CREATE TABLE booking_ticket (
  office    TEXT NOT NULL,
  id        TEXT NOT NULL,
  resource  TEXT NOT NULL,
  day       TEXT NOT NULL,
  number    BIGINT NOT NULL,
  class     TEXT NOT NULL,          -- why they go first; '' for all others
  ready_at  TIMESTAMP NOT NULL,     -- came, and their session had begun
  rank_at   TIMESTAMP NOT NULL,     -- by which they are called, the earliest first
  state     TEXT NOT NULL CHECK (state IN ('waiting', 'called', 'passed', 'done')),
  room      TEXT NOT NULL,
  calls     BIGINT NOT NULL,
  called_at TIMESTAMP,
  PRIMARY KEY (office, id),
  UNIQUE (office, resource, day, number),
  FOREIGN KEY (office, id) REFERENCES booking (office, id)
);
CREATE INDEX booking_ticket_line ON booking_ticket (office, day, state, rank_at);

-- +goose Down
DROP TABLE booking_ticket;
DROP TABLE booking_line;
