// Package request is the spine: the dialogue that walks a person through a
// service's questions, the draft that any channel can resume by its number, and
// the request that a finished dialogue becomes. The dialogue is pure and knows
// nothing of channels. What happens to a request afterwards is its engine's
// business.
package request
