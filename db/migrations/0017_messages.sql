-- +goose Up
-- A message is what one act makes somebody be told. It is about a person; the receiver is
-- that person, a relative, or a member of staff.
CREATE TABLE message (
  person     TEXT NOT NULL REFERENCES person (id),
  id         TEXT NOT NULL,
  template   TEXT NOT NULL,             -- the act and the audience
  audience   TEXT NOT NULL CHECK (audience IN ('elder', 'family', 'staff')),
  receiver   TEXT NOT NULL,             -- person or member of staff
  entry      TEXT NOT NULL,             -- of the act
  about      TEXT NOT NULL,             -- request or grant, '' for none
  urgency    TEXT NOT NULL,
  division   TEXT NOT NULL,             -- where the person lives
  sealed     BYTEA,                     -- the values of the words
  state      TEXT NOT NULL CHECK (state IN ('open', 'confirmed', 'expired', 'cancelled')),
  how        TEXT NOT NULL,             -- by which carrier it was confirmed, or why it was cancelled
  folded     TEXT NOT NULL,             -- the message that it was put into, '' for none
  made_at    TIMESTAMP NOT NULL,
  next_at    TIMESTAMP NOT NULL,        -- of an open one: when the next step is due
  over_at    TIMESTAMP NOT NULL,        -- of an open one: when it expires
  ended_at   TIMESTAMP,
  PRIMARY KEY (person, id)
);
CREATE UNIQUE INDEX message_once ON message (person, entry, template, receiver);
CREATE INDEX message_due ON message (next_at) WHERE state = 'open';
CREATE INDEX message_receiver ON message (receiver, id);
CREATE INDEX message_ended ON message (ended_at) WHERE ended_at IS NOT NULL;

-- One try to bring a message by one carrier to one target: never the same twice.
CREATE TABLE message_attempt (
  person     TEXT NOT NULL REFERENCES person (id),
  id         TEXT NOT NULL,
  message    TEXT NOT NULL,
  carrier    TEXT NOT NULL,
  target     TEXT NOT NULL,             -- contact, relative or member of staff
  discreet   BOOLEAN NOT NULL,          -- what it says reveals nothing
  state      TEXT NOT NULL CHECK (state IN ('due', 'sending', 'unsure', 'sent', 'delivered', 'failed', 'open', 'done', 'missed', 'dropped')),
  division   TEXT NOT NULL,
  gateway    TEXT NOT NULL,
  ref        TEXT NOT NULL,             -- the gateway's own name for it
  cost       BIGINT NOT NULL,           -- in thousandths of a yuan
  tries      BIGINT NOT NULL,
  made_at    TIMESTAMP NOT NULL,
  settled_at TIMESTAMP,
  PRIMARY KEY (person, id)
);
CREATE UNIQUE INDEX message_attempt_once ON message_attempt (person, message, carrier, target);
CREATE INDEX message_attempt_open ON message_attempt (carrier, division, id) WHERE state = 'open';
CREATE INDEX message_attempt_made ON message_attempt (made_at);
CREATE INDEX message_attempt_id ON message_attempt (id);
CREATE INDEX message_attempt_ref ON message_attempt (ref) WHERE ref <> '';
CREATE INDEX message_attempt_target ON message_attempt (target);

-- A report that came before what it reports on was noted.
CREATE TABLE message_report (
  ref     TEXT NOT NULL,
  gateway TEXT NOT NULL,
  status  TEXT NOT NULL,
  at      TIMESTAMP NOT NULL,
  PRIMARY KEY (ref, gateway)
);

-- That a parcel is being handed to a carrier now: whoever finds the mark later does not
-- know whether it was taken.
CREATE TABLE message_sending (
  attempt TEXT PRIMARY KEY,
  busy    BOOLEAN NOT NULL,
  tries   BIGINT NOT NULL,
  at      TIMESTAMP NOT NULL
);

-- By which ways somebody does not want to be told.
CREATE TABLE message_refusal (
  person  TEXT NOT NULL REFERENCES person (id),
  carrier TEXT NOT NULL,
  at      TIMESTAMP NOT NULL,
  PRIMARY KEY (person, carrier)
);

-- Where a member of staff is reminded by mail.
CREATE TABLE message_mail (
  staff  TEXT PRIMARY KEY REFERENCES staff (id),
  sealed BYTEA NOT NULL
);

-- Carriers that somebody has stopped in a division.
CREATE TABLE message_stop (
  carrier  TEXT NOT NULL,
  division TEXT NOT NULL,
  staff    TEXT NOT NULL,
  reason   TEXT NOT NULL,
  at       TIMESTAMP NOT NULL,
  PRIMARY KEY (carrier, division)
);

-- Since when a phone is there; NULL for one that came with the registration. No code
-- goes to one that somebody entered lately.
ALTER TABLE contact ADD COLUMN added_at TIMESTAMP;
ALTER TABLE contact ADD COLUMN claimed BOOLEAN NOT NULL DEFAULT FALSE;   -- the person's own, by the word of staff alone
CREATE INDEX proxy_grant_entered ON proxy_grant (kind, state) WHERE kind = 'guardian' AND state = 'asked';

-- Sealed is the code itself, while it may still have to be read out.
ALTER TABLE access_code ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE access_code ADD COLUMN sealed BYTEA;

-- A code that a person reads back on the telephone, to say that one thing is their wish.
CREATE TABLE consent_code (
  person   TEXT NOT NULL REFERENCES person (id),
  id       TEXT NOT NULL,
  matter   TEXT NOT NULL,               -- a grant, or a purpose and the version of its words
  drawn_by TEXT NOT NULL,               -- the member of staff for whom alone it is good
  sealed   BYTEA,                       -- while it is open
  tries    BIGINT NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('open', 'used', 'dead', 'void')),
  drawn_at TIMESTAMP NOT NULL,
  expires  TIMESTAMP NOT NULL,
  PRIMARY KEY (person, id)
);
CREATE UNIQUE INDEX consent_code_open ON consent_code (person, matter) WHERE state = 'open';
CREATE INDEX consent_code_expires ON consent_code (expires);

-- The consent code that proved a consent, '' for none.
ALTER TABLE consent ADD COLUMN code TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE consent DROP COLUMN code;
DROP TABLE consent_code;
DROP INDEX proxy_grant_entered;
ALTER TABLE contact DROP COLUMN claimed;
ALTER TABLE contact DROP COLUMN added_at;
ALTER TABLE access_code DROP COLUMN sealed;
ALTER TABLE access_code DROP COLUMN id;
DROP TABLE message_stop;
DROP TABLE message_mail;
DROP TABLE message_refusal;
DROP TABLE message_sending;
DROP TABLE message_report;
DROP TABLE message_attempt;
DROP TABLE message;
