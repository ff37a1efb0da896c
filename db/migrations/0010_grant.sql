-- +goose Up
-- A grant is held by a person or by whoever has a role at an office; it may be
-- asked for before it is given, and be held back for reasons that pass.
CREATE TABLE proxy_grant_next (
  person     TEXT NOT NULL REFERENCES person (id),
  id         TEXT NOT NULL,
  kind       TEXT NOT NULL DEFAULT 'agent' CHECK (kind IN ('agent', 'guardian')),
  agent_kind TEXT NOT NULL DEFAULT 'person' CHECK (agent_kind IN ('person', 'role')),
  agent      TEXT NOT NULL,             -- person, '' for a role
  office     TEXT NOT NULL DEFAULT '',  -- for a role: at which office
  role       TEXT NOT NULL DEFAULT '',  -- for a role: which
  relation   TEXT NOT NULL,             -- daughter, son, neighbour …
  services   TEXT NOT NULL,             -- '*', or names of services and @groups between blanks
  starts     TIMESTAMP NOT NULL,
  ends       TIMESTAMP,
  given_how  TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('asked', 'active', 'revoked')),
  held       TEXT NOT NULL DEFAULT '',  -- why it authorises nothing now, each word followed by a blank
  note       BYTEA,                     -- sealed: what was said when it was held or refused
  notice     TEXT NOT NULL DEFAULT '' CHECK (notice IN ('', 'pending', 'told', 'refused')),
  given_at   TIMESTAMP,
  used_at    TIMESTAMP,                 -- of the last act that rested on it
  PRIMARY KEY (person, id)
);
INSERT INTO proxy_grant_next (person, id, agent, relation, services, starts, ends, given_how, state)
  SELECT person, id, agent, relation, services, starts, ends, given_how, state FROM proxy_grant;
DROP TABLE proxy_grant;
ALTER TABLE proxy_grant_next RENAME TO proxy_grant;
CREATE INDEX proxy_grant_agent ON proxy_grant (agent);
CREATE INDEX proxy_grant_notice ON proxy_grant (notice, state) WHERE notice = 'pending';
CREATE INDEX proxy_grant_held ON proxy_grant (held) WHERE held <> '';

-- What a grant was given on: the scan of a paper, a witness, what was read back by
-- phone, the document of a guardian.
CREATE TABLE grant_evidence (
  person   TEXT NOT NULL REFERENCES person (id),
  grant_id TEXT NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('scan', 'witness', 'read_back', 'document')),
  media    TEXT NOT NULL,            -- of a scan: image/jpeg, image/png or application/pdf
  sealed   BYTEA NOT NULL,
  PRIMARY KEY (person, grant_id, kind)
);
CREATE INDEX access_code_person ON access_code (person);

-- +goose Down
DROP INDEX access_code_person;
DROP TABLE grant_evidence;
CREATE TABLE proxy_grant_next (
  person    TEXT NOT NULL REFERENCES person (id),
  id        TEXT NOT NULL,
  agent     TEXT NOT NULL,
  relation  TEXT NOT NULL,
  services  TEXT NOT NULL,
  starts    TIMESTAMP NOT NULL,
  ends      TIMESTAMP,
  given_how TEXT NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
  PRIMARY KEY (person, id)
);
INSERT INTO proxy_grant_next (person, id, agent, relation, services, starts, ends, given_how, state)
  SELECT person, id, agent, relation, services, starts, ends, given_how, CASE WHEN held = '' THEN state ELSE 'revoked' END
  FROM proxy_grant WHERE kind = 'agent' AND agent_kind = 'person' AND state <> 'asked';
DROP TABLE proxy_grant;
ALTER TABLE proxy_grant_next RENAME TO proxy_grant;
CREATE INDEX proxy_grant_agent ON proxy_grant (agent);
