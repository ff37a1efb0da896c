// Package dbtest gives tests and benchmarks a database of their own on each
// engine: a copied, migrated file on SQLite, a cloned template in a private
// cluster on PostgreSQL.
//
//	Each         runs a test on both engines as parallel subtests
//	Open         opens a fresh migrated database of one engine
//	Fresh        gives the db.Config of one, for tests that open it themselves or twice
//	Postgres     gives the URL of the private cluster's own database
//	NewPostgres  gives the URL of a fresh, empty database in it
//	Vault        gives a vault with keys of its own
//	Rounds       bounds how often a property is tried, but in make test-slow
//	Wide         keeps a long walk out of the race detector
//	OpenDurable  starts a cluster that syncs and keeps its data, for benchmarks
//
// The cluster is started once per process, when first asked for, listens on a
// Unix socket alone and ends with the process. Its zone is not UTC, so that code
// which leans on the server's zone is found out. Without PostgreSQL a test is
// skipped, but under CI=true it fails: a green run must mean both engines.
package dbtest
