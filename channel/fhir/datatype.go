package fhir

// The data types of FHIR R4 that the resources use (hl7.org/fhir/R4/datatypes.html),
// with the elements that this server sends or reads.

// Meta is metadata about a resource.
type Meta struct {
	VersionID   string   `json:"versionId,omitempty"`
	LastUpdated string   `json:"lastUpdated,omitempty"`
	Security    []Coding `json:"security,omitempty"`
}

// Coding is a code of a system.
type Coding struct {
	System  string `json:"system,omitempty"`
	Code    string `json:"code,omitempty"`
	Display string `json:"display,omitempty"`
}

// CodeableConcept is a concept by codes, in words, or both.
type CodeableConcept struct {
	Coding []Coding `json:"coding,omitempty"`
	Text   string   `json:"text,omitempty"`
}

func words(text string) CodeableConcept { return CodeableConcept{Text: text} }

func coded(system, code, display string) CodeableConcept {
	return CodeableConcept{Coding: []Coding{{system, code, display}}, Text: display}
}

// Reference names another resource.
type Reference struct {
	Reference string `json:"reference,omitempty"`
	Display   string `json:"display,omitempty"`
}

// Extension is an element that the base resource has not.
type Extension struct {
	URL       string `json:"url"`
	ValueCode string `json:"valueCode,omitempty"`
}

// Element carries the extensions of a primitive value.
type Element struct {
	Extension []Extension `json:"extension"`
}

// hidden says that there is a value, which is not shown.
var hidden = &Element{[]Extension{{URL: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", ValueCode: "masked"}}}

// maskedLabel marks a resource of which only the masked minimum is shown.
var maskedLabel = []Coding{{"http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "MASKED", "masked"}}

// Identifier is a number or name that somebody gave to a thing.
type Identifier struct {
	Use    string           `json:"use,omitempty"`
	Type   *CodeableConcept `json:"type,omitempty"`
	System string           `json:"system,omitempty"`
	Value  string           `json:"value,omitempty"`
	Hidden *Element         `json:"_value,omitempty"`
	Period *Period          `json:"period,omitempty"`
}

// Period is a stretch of time.
type Period struct {
	Start string `json:"start,omitempty"`
	End   string `json:"end,omitempty"`
}

// HumanName is the name of a person.
type HumanName struct {
	Use  string `json:"use,omitempty"`
	Text string `json:"text,omitempty"`
}

// ContactPoint is a phone.
type ContactPoint struct {
	System string   `json:"system,omitempty"`
	Value  string   `json:"value,omitempty"`
	Hidden *Element `json:"_value,omitempty"`
	Use    string   `json:"use,omitempty"`
}

// Address is where somebody lives or something is.
type Address struct {
	Use      string `json:"use,omitempty"`
	Text     string `json:"text,omitempty"`
	District string `json:"district,omitempty"`
	Country  string `json:"country,omitempty"`
}

// Position is a point on earth, WGS-84.
type Position struct {
	Longitude float64 `json:"longitude"`
	Latitude  float64 `json:"latitude"`
}
