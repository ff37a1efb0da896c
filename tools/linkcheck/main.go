// Command linkcheck checks the documents of a repository: that every relative
// link and its anchor lead somewhere, and that every path in backticks which
// begins with a folder of the repository exists. It prints each broken one with
// its file and line, and fails if there is any.
package main

import (
	"fmt"
	"os"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	broken, err := check(root)
	if err != nil {
		fmt.Fprintln(os.Stderr, "linkcheck:", err)
		os.Exit(2)
	}
	for _, b := range broken {
		fmt.Println(b)
	}
	if len(broken) > 0 {
		os.Exit(1)
	}
}
