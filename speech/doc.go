// Package speech turns text into sound: numbers, dates, amounts and plates into
// words as people say them, words into pinyin, pinyin into PCM by a voice, and
// keeps the result on disk by its content. It is offline by default: recordings
// from a folder, then espeak-ng; an HTTP synthesiser only where one is configured.
//
// It decides how something is said, never what, to whom or when, and knows of no
// person, request or channel. Readings of characters and names are in speech/pinyin.
package speech
