// Package policy holds the networks' rules as data: what each says, where it
// comes from, and the way out. What enforces a rule names it by its id.
package policy

import (
	_ "embed"
	"slices"

	"github.com/goccy/go-yaml"
)

//go:embed rules.yaml
var table []byte

// Rule is one rule of one or more networks, or of the law.
type Rule struct {
	ID       string   `yaml:"id" json:"id"`
	Networks []string `yaml:"networks" json:"networks"`
	Rule     string   `yaml:"rule" json:"rule"`
	Source   string   `yaml:"source" json:"source"`
	Date     string   `yaml:"date" json:"date"` // when it was read there, or came into force
	Where    []string `yaml:"where" json:"where"`
	Way      string   `yaml:"way" json:"way"` // the way out
}

var rules = read()

func read() (all []Rule) {
	if err := yaml.Unmarshal(table, &all); err != nil {
		panic(err) // a test reads it
	}
	return all
}

// All are the rules, or those of one network.
func All(network string) []Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return network != "" && !slices.Contains(r.Networks, network) })
}

// Of is the rule with that id. One that does not exist is a mistake of ours.
func Of(id string) Rule {
	for _, r := range rules {
		if r.ID == id {
			return r
		}
	}
	panic("no rule " + id)
}

// Says is what breaks the rule, with its source.
func (r Rule) Says(what string) string {
	return what + " (rule " + r.ID + ": " + r.Source + ", " + r.Date + ")"
}
