// Package booking is the engine for everything with a time and a number of places:
// sessions made from weekly templates, places in pools that are kept for those who
// need them, holds, bookings, waiting lists, and the proof of what was kept. It knows
// no service by name, and no pool: both are data.
package booking
