package phone

import (
	"context"
	"net/netip"

	"yinqiao/catalog"
	"yinqiao/channel/phone/line"
	"yinqiao/civic"
	"yinqiao/people"
	"yinqiao/speech"
)

// Settled are settings of a line on the loopback that calls out to a telephone there.
func Settled(division civic.Division, out netip.AddrPort) *Settings {
	s := Loopback(division, "127.0.0.1:0")
	s.line.Out = line.Out{Addr: out, From: "95128"}
	return s
}

// NoNotes takes no notes.
type NoNotes struct{}

// Known implements Notes.
func (NoNotes) Known(people.Caller) {}

// Speaks implements Notes.
func (NoNotes) Speaks(string) {}

// Meant implements Notes.
func (NoNotes) Meant(string, string, civic.DraftID, civic.RequestID, bool) {}

// LeadThrough leads somebody who is known through one service, whether or not it is in the menu.
func (v *Voice) LeadThrough(ctx context.Context, set Handset, from string, who people.Caller, def *catalog.Definition) (End, error) {
	t := &talk{voice: v, set: set, from: From{Number: from}, end: &End{Person: who.Person, Service: def.Service}, notes: NoNotes{}}
	_, err := t.serve(ctx, who, def)
	return t.ended(err)
}

// LeadChosen leads somebody who is known from the menu of some services to the one that they choose, and through it.
func (v *Voice) LeadChosen(ctx context.Context, set Handset, who people.Caller, all []*catalog.Definition) (chosen string, end End, err error) {
	t := &talk{voice: v, set: set, end: &End{Person: who.Person}, notes: NoNotes{}}
	def, err := t.offer(ctx, who, hello, all)
	if err != nil {
		end, err = t.ended(err)
		return "", end, err
	}
	_, err = t.serve(ctx, who, def)
	end, err = t.ended(err)
	return def.Service, end, err
}

// Sounds are the sentences of a text as the line plays them.
func Sounds(ctx context.Context, say Sayer, text string, style speech.Style) ([]speech.PCM, error) {
	var out []speech.PCM
	for _, s := range sentences(text) {
		p, err := render(ctx, say, s, style)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// Sentences cuts a text.
var Sentences = sentences

// Spoken is how a number is said.
var Spoken = spoken
