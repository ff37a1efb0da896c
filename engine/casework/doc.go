// Package casework is the engine for everything that an office works on: a case
// in a queue, taken, resolved, confirmed by the person or opened again. It knows
// no service by name; what an office does with a case is in the definition.
package casework
