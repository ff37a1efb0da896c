-- +goose Up
-- One row: what the installation is for, and a proof of each keyset, so that a
-- wrong keys folder is known before anything is read or written with it.
CREATE TABLE installation (
  one    BIGINT PRIMARY KEY CHECK (one = 1),
  kind   TEXT NOT NULL CHECK (kind IN ('real', 'demo')),
  sealed BYTEA NOT NULL,          -- a known text, encrypted
  hash   TEXT NOT NULL,           -- its blind index
  signed BYTEA NOT NULL           -- its signature
);

-- +goose Down
DROP TABLE installation;
