// Package rights is what people may do about their own data: agree to a purpose and
// take that back, have a copy of everything, have it erased. It knows which table
// holds something of a person and how long that may stay. It decides nothing about
// who may act for whom (grant), and does no engine's work.
package rights
