// Package catalog holds what services there are. A service is data: its
// questions, its engine, who may act for whom, its fee, its channels and the
// clause it serves. A new one needs no Go. How the questions are walked is the
// request room's business.
package catalog
