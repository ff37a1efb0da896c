-- +goose Up
-- Who left a waiting list since its session was stopped waits again when it is opened again.
ALTER TABLE booking_wait ADD COLUMN stopped BOOLEAN NOT NULL DEFAULT FALSE;
-- A doctor finds their own sessions by their account.
CREATE INDEX booking_resource_staff ON booking_resource (staff);

-- +goose Down
DROP INDEX booking_resource_staff;
ALTER TABLE booking_wait DROP COLUMN stopped;
