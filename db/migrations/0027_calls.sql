-- +goose Up
-- A call, from when it came in until it ended.
CREATE TABLE call (
  id          TEXT PRIMARY KEY,
  person      TEXT NOT NULL,            -- who said to be calling, '' for nobody who is known
  number_hash TEXT NOT NULL,            -- blind index of the number, '' for none
  sealed      BYTEA,                    -- the number
  division    TEXT NOT NULL,
  service     TEXT NOT NULL,            -- what it was about, '' for not said
  draft       TEXT NOT NULL,
  request     TEXT NOT NULL,
  skill       TEXT NOT NULL,
  language    TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('led', 'waiting', 'talking', 'ended')),
  how         TEXT NOT NULL,            -- how it ended: led, talked, abandoned, left, lost; '' while it goes on
  keys        BOOLEAN NOT NULL,         -- a key was pressed
  human_first BOOLEAN NOT NULL,         -- an operator was rung before anything was asked
  staff       TEXT NOT NULL,            -- who took it
  node        TEXT NOT NULL,            -- the process whose line it is on
  began_at    TIMESTAMP NOT NULL,
  waits_at    TIMESTAMP,
  taken_at    TIMESTAMP,
  ended_at    TIMESTAMP
);
CREATE INDEX call_began ON call (began_at);
CREATE INDEX call_number ON call (number_hash, began_at) WHERE number_hash <> '';
CREATE INDEX call_person ON call (person) WHERE person <> '';
CREATE INDEX call_kept ON call (began_at) WHERE number_hash <> '';
CREATE INDEX call_open ON call (node) WHERE state <> 'ended';

-- Somebody was promised to be called back.
CREATE TABLE call_back (
  id          TEXT PRIMARY KEY,
  call        TEXT NOT NULL,
  person      TEXT NOT NULL,
  number_hash TEXT NOT NULL,
  sealed      BYTEA,
  division    TEXT NOT NULL,
  service     TEXT NOT NULL,
  draft       TEXT NOT NULL,
  skill       TEXT NOT NULL,
  language    TEXT NOT NULL,
  why         TEXT NOT NULL,            -- waited, abandoned, lost
  state       TEXT NOT NULL CHECK (state IN ('open', 'kept', 'unreached')),
  tries       BIGINT NOT NULL,
  staff       TEXT NOT NULL,            -- who called
  made_at     TIMESTAMP NOT NULL,
  due_at      TIMESTAMP NOT NULL,       -- what was promised
  next_at     TIMESTAMP NOT NULL,       -- when it is to be tried
  ended_at    TIMESTAMP
);
CREATE INDEX call_back_open ON call_back (division, next_at) WHERE state = 'open';
CREATE INDEX call_back_number ON call_back (number_hash) WHERE state = 'open';
CREATE INDEX call_back_person ON call_back (person) WHERE person <> '';
CREATE INDEX call_back_made ON call_back (made_at);
CREATE INDEX call_back_kept ON call_back (made_at) WHERE number_hash <> '';

-- Which operators take calls.
CREATE TABLE call_seat (
  staff    TEXT PRIMARY KEY,
  skills   TEXT NOT NULL,               -- with commas
  since    TIMESTAMP NOT NULL
);

-- When a process with a line was last heard of.
CREATE TABLE call_node (
  node TEXT PRIMARY KEY,
  at   TIMESTAMP NOT NULL
);

-- +goose Down
DROP TABLE call_node;
DROP TABLE call_seat;
DROP TABLE call_back;
DROP TABLE call;
