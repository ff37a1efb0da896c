package main

import (
	"fmt"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/request"
)

// nextLimit is how long the next question of a long dialogue may take.
const nextLimit = 200 * time.Microsecond

// dialogue measures request.Next for a definition of forty questions, on average
// over all the steps of a walk from the first question to the read-back.
func (b *bench) dialogue() {
	const questions = 40
	def, opts := longDefinition(questions)
	a := request.Answers{}
	steps := []request.Answers{a}
	for {
		s := request.Next(def, a, request.Facts{Options: opts})
		if s.Ask == nil {
			break
		}
		p := s.Ask[0]
		text := "写一点说明"
		switch p.Kind {
		case catalog.Phone:
			text = "12612345678"
		case catalog.Choice, catalog.YesNo:
			text = p.Options[0].Code
		}
		next, _, err := request.Put(def, a, request.Facts{Options: opts}, p.Key, []string{text}, civic.ChannelElder)
		if err != nil {
			panic(err) // the walk is the same every time
		}
		a = next
		steps = append(steps, a)
	}
	const loops = 200
	var ns []float64
	for range max(5, b.rounds) {
		began := time.Now()
		for range loops {
			for _, a := range steps {
				_ = request.Next(def, a, request.Facts{Options: opts})
			}
		}
		ns = append(ns, float64(time.Since(began).Nanoseconds())/float64(loops*len(steps)))
	}
	b.lines.print(within("dialogue.next", "ns", ns, float64(nextLimit.Nanoseconds()), extra{"questions": questions, "steps": len(steps)}))
}

// longDefinition asks a yes or no, a choice, some words, a phone number and an
// office in turn; of each five, two hang on the yes before them.
func longDefinition(n int) (*catalog.Definition, request.Options) {
	d := &catalog.Definition{Service: "long"}
	yes := ""
	for i := range n {
		q := catalog.Question{Key: fmt.Sprintf("q%d", i), Ask: "第几个问题？", Label: "问题"}
		switch i % 5 {
		case 0:
			q.Kind, yes = catalog.YesNo, q.Key
		case 1:
			q.Kind = catalog.Choice
			for _, c := range "abcdef" {
				q.Options = append(q.Options, catalog.Option{Code: string(c), Text: "选这个"})
			}
		case 2:
			q.Kind, q.When = catalog.Text, &catalog.Cond{Key: yes, In: []string{"yes"}}
		case 3:
			q.Kind, q.When = catalog.Phone, &catalog.Cond{All: []catalog.Cond{{Key: yes, In: []string{"yes"}}, {Key: yes, In: []string{"no"}, Not: true}}}
		case 4:
			q.Kind, q.Source = catalog.Choice, "offices:hospital"
		}
		d.Questions = append(d.Questions, q)
	}
	opts := request.Options{}
	for i := range 30 {
		opts["offices:hospital"] = append(opts["offices:hospital"], catalog.Option{Code: fmt.Sprint("h", i), Text: "医院"})
	}
	return d, opts
}
