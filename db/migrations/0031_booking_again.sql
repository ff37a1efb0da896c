-- +goose Up
-- Who left a waiting list since its session was stopped waits again when it is opened again.
ALTER TABLE booking_wait ADD COLUMN stopped BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE booking_wait DROP COLUMN stopped;
