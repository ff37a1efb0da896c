-- +goose Up
-- Whether the person was reminded on the day before.
ALTER TABLE booking ADD COLUMN reminded BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX booking_remind ON booking (starts_at) WHERE state = 'booked' AND NOT reminded;

-- +goose Down
DROP INDEX booking_remind;
ALTER TABLE booking DROP COLUMN reminded;
