// Package fhir is the channel for hospital systems: schedules, free times and
// appointments as HL7 FHIR R4 (4.0.1) resources in JSON. It decodes, names the actor,
// calls one verb and encodes; rules and rights live in the verbs.
package fhir
