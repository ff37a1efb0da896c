package desk

import (
	"context"
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
)

func (f face) cardRoutes() []kit.Route {
	const at = " /desk/people/{person}/"
	do := func(fn func(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error) kit.Handler {
		return f.change("证件和卡", cardsPage, fn)
	}
	return []kit.Route{
		{Pattern: "GET" + at + "cards", Do: f.factPage("证件和卡", cardsPage)},
		{Pattern: "POST" + at + "cards", Do: do(f.addCard)},
		{Pattern: "POST" + at + "cards/{card}/lost", Do: do(f.loseCard)},
		{Pattern: "POST" + at + "cards/{card}/found", Do: do(f.foundCard)},
		{Pattern: "POST" + at + "cards/{card}/replace", Do: do(f.replaceCard)},
		{Pattern: "POST" + at + "cards/{card}/dates", Do: do(f.dateCard)},
		{Pattern: "POST" + at + "cards/{card}/withdraw", Do: do(f.withdrawCard)},
		{Pattern: "POST" + at + "printed-card", Do: f.printCard, Page: "/desk/people/{person}/cards"},
		{Pattern: "POST" + at + "not-owner", Do: f.notOwner},
		{Pattern: "POST" + at + "sign-out", Do: f.signOutPerson},
	}
}

func cardDates(r *http.Request) people.Dates {
	return people.Dates{Issued: civic.Fold(kit.Field(r, "issued")), Expires: civic.Fold(kit.Field(r, "expires"))}
}

// addCard enters a card, or when the clerk says that the number is right although
// it is another's, a dispute over it.
func (f face) addCard(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	c := people.Card{Kind: people.CredentialKind(r.PostFormValue("kind")), Number: r.PostFormValue("card")}
	if r.PostFormValue("dispute") != "" {
		_, err := f.People.RaiseDispute(ctx, a, id, c)
		return err
	}
	_, err := f.People.AddCard(ctx, a, id, c, cardDates(r))
	return err
}

func (f face) loseCard(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.LoseCard(ctx, a, id, r.PathValue("card"))
}

func (f face) foundCard(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.FoundCard(ctx, a, id, r.PathValue("card"))
}

func (f face) replaceCard(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	_, err := f.People.ReplaceCard(ctx, a, id, r.PathValue("card"), kit.Field(r, "number"), cardDates(r))
	return err
}

func (f face) dateCard(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.SetCardDates(ctx, a, id, r.PathValue("card"), cardDates(r))
}

func (f face) withdrawCard(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.WithdrawCard(ctx, a, id, r.PathValue("card"))
}

// printCard shows a card of our own, ready to be printed. Its number is on this
// page alone.
func (f face) printCard(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "银桥便民卡")
	if err != nil {
		return err
	}
	id := civic.PersonID(r.PathValue("person"))
	c, err := f.People.IssuePrinted(r.Context(), a, id)
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	return f.Render(w, r, printedPage(fr, id, c))
}

// signOutPerson ends the person's sign-ins everywhere, at their word.
func (f face) signOutPerson(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("person")
	if err := f.Grant.SignOut(r.Context(), f.actor(r), civic.PersonID(id)); err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+id)
}

// notOwner ends an opening: whoever held the card is not its owner.
func (f face) notOwner(w http.ResponseWriter, r *http.Request) error {
	if err := f.Grant.Borrowed(r.Context(), f.actor(r), civic.PersonID(r.PathValue("person"))); err != nil {
		return err
	}
	return kit.Go(w, r, "/desk")
}
