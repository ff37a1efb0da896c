-- +goose Up
-- Whether what is booked is one person, whose name it has; else several who take turns
-- under one name, a hall, a class.
ALTER TABLE booking_resource ADD COLUMN individual BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE booking_resource SET individual = TRUE WHERE staff <> '';

-- Programs name a resource by its ID alone, and read an office's bookings by time.
CREATE INDEX booking_resource_id ON booking_resource (id);
CREATE INDEX booking_starts ON booking (office, starts_at, id);

-- +goose Down
DROP INDEX booking_starts;
DROP INDEX booking_resource_id;
ALTER TABLE booking_resource DROP COLUMN individual;
