-- +goose Up
-- Why a service is suspended, in words for the person, and what it was before: live,
-- pilot, or none where only a wider division offers it.
ALTER TABLE service_state ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE service_state ADD COLUMN was TEXT NOT NULL DEFAULT 'live';
-- The request whose answers a draft offers as defaults: the same again.
ALTER TABLE draft ADD COLUMN likes TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE draft DROP COLUMN likes;
ALTER TABLE service_state DROP COLUMN was;
ALTER TABLE service_state DROP COLUMN reason;
