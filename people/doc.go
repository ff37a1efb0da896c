// Package people knows who is who: persons, their credentials and contacts, and
// how they are found. It does not know who may act for whom (grant) nor what they
// ask for (request). Numbers of IDs, cards and phones are sealed; what leaves this
// room is masked unless an authority over the person is shown.
package people
