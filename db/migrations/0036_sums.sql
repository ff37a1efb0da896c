-- +goose Up
-- Figures of a province over a year are read from sums, not from a year of the tallies of
-- two hundred counties: what is counted in a place of up to four digits, by the level below
-- it and by day and month.
CREATE TABLE journal_sum (
  scope     TEXT NOT NULL,   -- the place: everywhere (''), a province, a city
  indicator TEXT NOT NULL,
  period    TEXT NOT NULL,   -- d2026-11-23, m2026-11
  part      TEXT NOT NULL,   -- the place of the level below; the scope itself for what is its own
  channel   TEXT NOT NULL,
  bucket    BIGINT NOT NULL,
  n         BIGINT NOT NULL,
  total     BIGINT NOT NULL,
  PRIMARY KEY (scope, indicator, period, part, channel, bucket)
);
INSERT INTO journal_sum (scope, indicator, period, part, channel, bucket, n, total)
  SELECT '', indicator, 'd' || day, substr(division, 1, 2), channel, bucket, CAST(SUM(n) AS BIGINT), CAST(SUM(total) AS BIGINT) FROM journal_tally GROUP BY indicator, day, substr(division, 1, 2), channel, bucket;
INSERT INTO journal_sum (scope, indicator, period, part, channel, bucket, n, total)
  SELECT substr(division, 1, 2), indicator, 'd' || day, substr(division, 1, 4), channel, bucket, CAST(SUM(n) AS BIGINT), CAST(SUM(total) AS BIGINT) FROM journal_tally WHERE length(division) >= 2 GROUP BY substr(division, 1, 2), indicator, day, substr(division, 1, 4), channel, bucket;
INSERT INTO journal_sum (scope, indicator, period, part, channel, bucket, n, total)
  SELECT substr(division, 1, 4), indicator, 'd' || day, substr(division, 1, 6), channel, bucket, CAST(SUM(n) AS BIGINT), CAST(SUM(total) AS BIGINT) FROM journal_tally WHERE length(division) >= 4 GROUP BY substr(division, 1, 4), indicator, day, substr(division, 1, 6), channel, bucket;
INSERT INTO journal_sum (scope, indicator, period, part, channel, bucket, n, total)
  SELECT scope, indicator, 'm' || substr(period, 2, 7), part, channel, bucket, CAST(SUM(n) AS BIGINT), CAST(SUM(total) AS BIGINT) FROM journal_sum GROUP BY scope, indicator, substr(period, 2, 7), part, channel, bucket;

-- The tallies of one county lie side by side.
CREATE TABLE journal_tally_next (
  indicator TEXT NOT NULL,
  day       TEXT NOT NULL,
  division  TEXT NOT NULL,
  channel   TEXT NOT NULL,
  bucket    BIGINT NOT NULL,
  n         BIGINT NOT NULL,
  total     BIGINT NOT NULL,
  PRIMARY KEY (division, indicator, day, channel, bucket)
);
INSERT INTO journal_tally_next (indicator, day, division, channel, bucket, n, total)
  SELECT indicator, day, division, channel, bucket, n, total FROM journal_tally;
DROP TABLE journal_tally;
ALTER TABLE journal_tally_next RENAME TO journal_tally;

-- What is behind a figure: the acts of one kind, day and place.
DROP INDEX journal_entry_act;
CREATE INDEX journal_entry_behind ON journal_entry (act, day, division, channel, id) WHERE batch IS NOT NULL;

-- +goose Down
DROP INDEX journal_entry_behind;
CREATE INDEX journal_entry_act ON journal_entry (act, id);
DROP TABLE journal_sum;
CREATE TABLE journal_tally_next (
  indicator TEXT NOT NULL,
  day       TEXT NOT NULL,
  division  TEXT NOT NULL,
  channel   TEXT NOT NULL,
  bucket    BIGINT NOT NULL,
  n         BIGINT NOT NULL,
  total     BIGINT NOT NULL,
  PRIMARY KEY (indicator, day, division, channel, bucket)
);
INSERT INTO journal_tally_next (indicator, day, division, channel, bucket, n, total)
  SELECT indicator, day, division, channel, bucket, n, total FROM journal_tally;
DROP TABLE journal_tally;
ALTER TABLE journal_tally_next RENAME TO journal_tally;
