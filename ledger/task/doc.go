// Package task keeps the plans as tasks. A document that was read is corrected beside its
// text (policy.go, correct.go) and taken into the ledger (adopt.go): each part of a measure
// becomes a task of every unit that the document names, in its division, by its day.
//
// A unit reports on its own tasks (report.go), asks for more time (extension.go), answers
// an order (order.go) and enters what it did towards a target, with photographs (count.go);
// supervisors judge, press and decide. A conference decides further tasks (meeting.go), and
// what one office does well is published and adopted by others (practice.go). Nothing is
// deleted and nobody writes another unit's report: what is written anew stands beside what
// it replaces.
//
// What is counted from the journal and what rules find live beside this package, in
// indicator and finding.
package task
