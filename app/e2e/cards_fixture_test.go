package e2e

func init() {
	actorless["People.Root"] = "at the door, for the person of a session: which of their IDs is the first one"
}
