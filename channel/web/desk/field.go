package desk

import "net/http"

// Several forms of one page may have fields of the same name. What was typed and
// what is wrong belong to the form that was sent, which is known by its address.

// sentTo reports whether a request sent the form of an address.
func sentTo(r *http.Request, action string) bool {
	return r != nil && r.Method == http.MethodPost && r.URL.Path == action
}

// typedIn is what was typed into a field of the form of an address, or what is
// registered when another form was sent or none.
func typedIn(r *http.Request, action, name, registered string) string {
	if sentTo(r, action) {
		return r.PostFormValue(name)
	}
	return registered
}

// idIn is the ID of a field: the one that the list of what is wrong leads to in the
// form that was sent, and one of its own in all others.
func idIn(r *http.Request, action, name, own string) string {
	if sentTo(r, action) {
		return "f-" + name
	}
	return name + "-" + own
}

// typedIf is what was typed into a field, if this of a page's many forms was sent.
func typedIf(sent bool, r *http.Request, name string) string {
	if sent {
		return r.PostFormValue(name)
	}
	return ""
}
