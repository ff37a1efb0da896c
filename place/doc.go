// Package place knows where things are: divisions and offices. Hours, features,
// windows and the nearest of them will live here too. It knows neither people nor
// services.
package place
