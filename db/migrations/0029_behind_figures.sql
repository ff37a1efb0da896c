-- +goose Up
-- What is behind a figure: the newest acts of one kind, read from the end of one index.
CREATE INDEX journal_entry_act ON journal_entry (act, id);

-- +goose Down
DROP INDEX journal_entry_act;
