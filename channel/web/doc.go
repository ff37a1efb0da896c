// Package web is the pages: the older person's own (elder), the desk of the staff
// (desk) and the public ones. Pages are made on the server and work without
// JavaScript. They ask the same dialogue as every other channel and hold no rules.
package web
