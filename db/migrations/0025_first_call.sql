-- +goose Up
-- When somebody was called for the first time: how long people wait is counted to it.
ALTER TABLE booking_ticket ADD COLUMN first_at TIMESTAMP;
UPDATE booking_ticket SET first_at = called_at WHERE calls = 1;

-- +goose Down
ALTER TABLE booking_ticket DROP COLUMN first_at;
