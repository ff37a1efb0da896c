-- +goose Up
-- Whether the person was reminded on the day before.
ALTER TABLE booking ADD COLUMN reminded BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE booking DROP COLUMN reminded;
