// Package eligibility keeps who draws a benefit and until when it is known that they
// rightly do. Whoever the data find does nothing: a record of a visit to the doctor or
// of a ride is enough. Whoever they do not find is visited at home, by a case like any
// other, and an officer decides. Nothing is ever stopped by a machine.
package eligibility
