// Package finding holds what the rules of the plans find: which duty is not met where,
// since when, whose it is, what they answered, and when it was cleared. The rooms that
// can be judged bring the rules and the checks; this one keeps the account and checks
// again after every act that may change it, in the act's own transaction.
package finding
