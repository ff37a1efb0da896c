-- +goose Up
-- That a case comes near its deadline is recorded once for each deadline; what is past
-- it already needs no warning.
ALTER TABLE casework ADD COLUMN warned_at TIMESTAMP;
UPDATE casework SET warned_at = overdue_at WHERE overdue_at IS NOT NULL;
CREATE INDEX casework_near ON casework (near_at) WHERE warned_at IS NULL AND state IN ('open', 'taken');

-- +goose Down
DROP INDEX casework_near;
ALTER TABLE casework DROP COLUMN warned_at;
