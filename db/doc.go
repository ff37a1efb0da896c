// Package db is one portable SQL layer over SQLite and PostgreSQL, written so
// that Citus can take over from PostgreSQL. It owns the handles, the binding of
// values, the kinds of database errors, retries, migrations and the topology of
// tables. No other room touches database/sql. Writing is open to the journal
// room alone (Write), and to an allow-list of tables that are not acts (Scratch).
package db
