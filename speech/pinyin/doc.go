// Package pinyin reads Chinese characters aloud in writing: each character gets
// one syllable with its tone as a digit, chosen by the words around it. It also
// reads surnames as their bearers do and makes the keys by which a name is found.
//
// The words are data: phrases.txt and surnames.txt. Numbers, signs and sound are
// the business of package speech; nothing here knows of them, so that the people
// room can import it alone.
package pinyin
