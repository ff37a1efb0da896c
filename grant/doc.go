// Package grant decides who may act for whom, for what, until when. It is the
// only room that mints authorities: from a person's own right, a grant of theirs,
// a role of staff, a card just presented, or the platform's own work.
package grant
