// Package phone is the telephone's face: every service that a definition offers by phone is
// led by voice and keys, with a human one key away. It has no Go of its own for any service;
// the calls themselves are of the package line.
package phone
