-- +goose Up
-- Other names of a person: former, pet and ethnic ones. What was entered by
-- mistake is ended and stays for the record.
CREATE TABLE other_name (
  person     TEXT NOT NULL REFERENCES person (id),
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  use        TEXT NOT NULL,         -- former, pet, ethnic, other
  reading    TEXT NOT NULL,         -- confirmed syllables between blanks, or ''
  created_at TIMESTAMP NOT NULL,
  ended_at   TIMESTAMP,
  PRIMARY KEY (person, id)
);

-- What a name is found by. It lies with the person, so that a registration or a
-- change of name writes in one place; home and year of birth are repeated here, so
-- that "wgy45" in one county is one read of one index.
CREATE TABLE name_key (
  person   TEXT NOT NULL REFERENCES person (id),
  text     TEXT NOT NULL,           -- 王桂英, wgy, wangguiying
  grade    BIGINT NOT NULL,         -- 0 the name itself … 7 pinyin of another name
  via      TEXT NOT NULL,           -- the use of another name, or ''
  county   TEXT NOT NULL,
  division TEXT NOT NULL,
  born     TEXT NOT NULL,           -- YYYY-MM-DD, or ''
  PRIMARY KEY (person, text)
);
CREATE INDEX name_key_near ON name_key (county, text, grade, born);
CREATE INDEX name_key_all ON name_key (text, grade, born);

-- Which version of the keys a person has; those behind are caught up at start.
ALTER TABLE person ADD COLUMN keyed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX person_keyed ON person (keyed, id);
CREATE INDEX person_home ON person (division, birth);
CREATE INDEX division_name ON division (name);

-- +goose Down
DROP INDEX division_name;
DROP INDEX person_home;
DROP INDEX person_keyed;
ALTER TABLE person DROP COLUMN keyed;
DROP TABLE name_key;
DROP TABLE other_name;
