package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// basics are the files that every world begins with.
var basics = map[string]string{
	"campaigns/service.yaml": "title: Service\nsteps:\n  hours: {accounts: [shop, club], mention: {says: [hours]}, say: hours}\n",
	"campaigns/later.yaml": "title: Later\nsteps:\n  later: {accounts: [shop, club], at: 2099-01-01 10:00, say: {shop: " +
		"later, club: later-club}}\n",
	"templates/hours.en.tmpl":      "We are open from nine to six, every day but Sunday.",
	"templates/later.en.tmpl":      "Kettles and lamps are on the second floor.",
	"templates/later-club.en.tmpl": "Members only: the workshop on bread is full of flour and laughter.",
}

// personal are those besides where an account can write to a person alone.
var personal = map[string]string{
	"campaigns/offers.yaml":   offers(),
	"campaigns/segments.yaml": "friends: consents(\"direct\")\n",
	"campaigns/join.yaml": "title: Join\nsteps:\n  " +
		"join: {accounts: [shop, club], mention: {says: [join]}, grants: direct, say: welcome, private: true}\n",
	"campaigns/gift.yaml": "title: Gift\noffer: gift\nsteps:\n  claim: {accounts: [shop, club], mention: {says: [deal]}, say: claim}\n",
	"campaigns/card.yaml": "title: Card\noffer: card\nsteps:\n  card: {accounts: [shop, club], mention: {says: [card]}, say: card}\n",

	"templates/claim.en.tmpl":   "For you, {{name}}: {{code}} takes {{value}} off. {{link}}",
	"templates/card.en.tmpl":    "Your card, {{name}}: {{code}} is worth {{value}}.",
	"templates/welcome.en.tmpl": "Good to have you with us. Say stop to end it.",
}

// The words by which answers are known on the network.
var marks = map[kind]string{question: "nine to six", join: "Good to have you", stop: "Understood: "}

// letters is how many mailings a world may have.
const letters = 8

// offers has one with codes that are made, one with codes from a file, and one
// for each mailing, made and from the file in turn.
func offers() string {
	text := "gift: {value: 10%, codes: made, per_person: 1, valid: 72h, link: \"https://shop.example/?c={{code}}\"}\n" +
		"card: {value: 5 EUR, codes: imported, per_person: 1, valid: 72h}\n"
	for i := range letters {
		text += fmt.Sprintf("letter-%d: {value: %d%%, codes: made, per_person: 1, valid: 72h}\n", i, i+10)
	}
	return text
}

// write puts a file into the workspace. It is there whole or not at all: the
// program may be reading.
func (w *world) write(name, text string) error {
	path := filepath.Join(w.dir, name)
	beside := filepath.Join(w.folder, "new")
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(beside, []byte(text), 0o600), os.Rename(beside, path))
}

// begin writes the files that a world begins with.
func (w *world) begin() error {
	settings := "settle: 1s\n"
	if len(w.machines) > 1 {
		settings += "lease: 2s\n"
	}
	err := errors.Join(w.write("magpie.yaml", settings), os.WriteFile(w.cardsFile(), []byte(w.cards()), 0o600))
	for name, text := range basics {
		if strings.HasPrefix(name, "templates/later") {
			text += w.manners.Link
		}
		err = errors.Join(err, w.write(name, text))
	}
	for name, text := range personal {
		if w.manners.Private {
			err = errors.Join(err, w.write(name, text))
		}
	}
	for name, text := range w.place.Accounts() {
		err = errors.Join(err, w.write("accounts/"+name+".yaml", text))
	}
	return err
}

func (w *world) cardsFile() string { return filepath.Join(w.folder, "codes.csv") }

// cards are codes to be imported.
func (w *world) cards() string {
	const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	var b strings.Builder
	b.WriteString("code\n")
	for range 300 {
		for i := range 12 {
			if i > 0 && i%4 == 0 {
				b.WriteByte('-')
			}
			b.WriteByte(alphabet[w.dice.IntN(len(alphabet))])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// wall is a time as a file has it.
func wall(t time.Time) string { return t.UTC().Format(time.DateTime) }
