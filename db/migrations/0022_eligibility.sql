-- +goose Up
-- Who draws a benefit, until when it is known that they rightly do, and by what it was
-- seen. Nothing is stopped by this table: it says who has to be asked.
CREATE TABLE eligibility (
  person     TEXT NOT NULL REFERENCES person (id),
  benefit    TEXT NOT NULL,
  office     TEXT NOT NULL,             -- that pays, and decides
  state      TEXT NOT NULL CHECK (state IN ('good', 'asked', 'refused')),
  good_until TEXT NOT NULL,             -- a day, YYYY-MM-DD
  basis      TEXT NOT NULL,             -- list, data or officer
  source     TEXT NOT NULL,             -- of the data: hospital, transit …; '' for the others
  seen_on    TEXT NOT NULL,             -- the day that the data tell of
  request    TEXT NOT NULL,             -- of a state asked or refused: the case
  asked_at   TIMESTAMP,                 -- when a visit was arranged last
  changed_at TIMESTAMP NOT NULL,
  PRIMARY KEY (person, benefit)
);
CREATE INDEX eligibility_due ON eligibility (office, benefit, state, good_until);
CREATE INDEX eligibility_ask ON eligibility (benefit, good_until) WHERE state = 'good';

-- +goose Down
DROP TABLE eligibility;
