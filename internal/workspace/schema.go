package workspace

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/invopop/jsonschema"

	"magpie/internal/network"
	"magpie/internal/scalar"
)

// SchemaComment tells that a schema was written by us.
const SchemaComment = "Written by magpie schema."

// Schemas are the JSON Schemas of all kinds of files, by name.
func Schemas(kinds []network.Kind) (map[string][]byte, error) {
	out := map[string][]byte{}
	for name, of := range map[string]any{
		"account": Account{}, "campaign": Campaign{}, "schedule": Schedule{}, "settings": Settings{},
		"offers": map[string]Offer{}, "segments": map[string]string{},
	} {
		r := jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, DoNotReference: false, Anonymous: true}
		s := r.Reflect(of)
		if name == "account" {
			onNetworks(s.Definitions["Account"], kinds)
		}
		s.Comments = SchemaComment
		if name == "offers" || name == "segments" {
			s.PropertyNames = named
		}
		b, err := json.MarshalIndent(s, "", "  ")
		if err != nil {
			return nil, err
		}
		out[name] = append(b, '\n')
	}
	return out, nil
}

// named is what steps, offers and segments may be called.
var named = &jsonschema.Schema{Pattern: nameRule.String()}

// cronRule is the look of a cron line; what it means is for cron.go.
const cronRule = `^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|[\d*?,/-]+ +[\d*?,/-]+ +[\d*?,/-]+ +[\w*?,/-]+ +[\w*?,/-]+)$`

var (
	one         = uint64(1)
	textual     = &jsonschema.Schema{Type: "string", Pattern: `\S`}
	reflections = jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, DoNotReference: true, Anonymous: true}
)

// JSONSchemaExtend describes steps by name.
func (Steps) JSONSchemaExtend(s *jsonschema.Schema) {
	step := reflections.Reflect(Step{})
	step.Version = ""
	*s = jsonschema.Schema{Type: "object", AdditionalProperties: step, PropertyNames: named, MinProperties: &one}
}

// JSONSchema describes a template's name, or one for each account.
func (Say) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{textual, {Type: "object", AdditionalProperties: textual, MinProperties: &one}}}
}

// onNetworks describes what an account's file says for each network: its block, and the keys that it needs.
func onNetworks(account *jsonschema.Schema, kinds []network.Kind) {
	named, _ := account.Properties.Get("network")
	for _, k := range kinds {
		named.Enum = append(named.Enum, k.Name)
		if k.Choices != nil {
			block := ownBlocks.Reflect(k.Choices())
			block.Version = ""
			account.Properties.Set(k.Name, block)
		}
		for _, key := range slices.Sorted(maps.Keys(k.Needs)) {
			account.AllOf = append(account.AllOf, needs(k.Name, key))
		}
	}
}

// ownBlocks reads the types of networks' blocks.
var ownBlocks = jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, DoNotReference: true, Anonymous: true,
	Mapper: func(t reflect.Type) *jsonschema.Schema {
		if t == reflect.TypeFor[network.Amount]() {
			return scalar.Pattern(network.AmountRule, "50 USD")
		}
		return nil
	}}

func needs(network, key string) *jsonschema.Schema {
	is := jsonschema.NewProperties()
	is.Set("network", &jsonschema.Schema{Const: network})
	return &jsonschema.Schema{If: &jsonschema.Schema{Properties: is}, Then: &jsonschema.Schema{Required: []string{key}}}
}

// JSONSchemaExtend says what a step may have beside what, and what starts it.
func (Step) JSONSchemaExtend(s *jsonschema.Schema) {
	oneOrMany(s, "accounts")
	look(s, "cron", cronRule)
	for _, key := range []string{"schedule", "at", "cron", "mention"} {
		s.OneOf = append(s.OneOf, &jsonschema.Schema{Required: []string{key}})
	}
	s.Not = &jsonschema.Schema{Required: []string{"mention", "to"}}
	s.DependentRequired = map[string][]string{"say_others": {"for"}}
	for _, key := range []string{"for", "grants", "per_person", "limit", "private", "ask"} {
		s.DependentRequired[key] = []string{"mention"}
	}
}

// JSONSchemaExtend lets a single word stand for a list of one.
func (Match) JSONSchemaExtend(s *jsonschema.Schema) { oneOrMany(s, "says", "not") }

// JSONSchemaExtend lets a single word stand for a list of one.
func (Settings) JSONSchemaExtend(s *jsonschema.Schema) { oneOrMany(s, "bots", "testers") }

// JSONSchemaExtend lets a single word stand for a list of one.
func (OptWords) JSONSchemaExtend(s *jsonschema.Schema) { oneOrMany(s, "stop", "start") }

// JSONSchemaExtend lets a single word stand for a list of one.
func (Ask) JSONSchemaExtend(s *jsonschema.Schema) { oneOrMany(s, "forbidden") }

// JSONSchemaExtend describes the cron line; a single day stands for a list of one.
func (Schedule) JSONSchemaExtend(s *jsonschema.Schema) {
	look(s, "cron", cronRule)
	if days, ok := s.Properties.Get("except"); ok {
		s.Properties.Set("except", &jsonschema.Schema{OneOf: []*jsonschema.Schema{days.Items, days}})
	}
}

func look(s *jsonschema.Schema, name, pattern string) {
	if p, ok := s.Properties.Get(name); ok {
		p.Pattern = pattern
	}
}

func oneOrMany(s *jsonschema.Schema, names ...string) {
	for _, name := range names {
		if list, ok := s.Properties.Get(name); ok {
			list.Items, list.MinItems, list.UniqueItems = textual, &one, true
			s.Properties.Set(name, &jsonschema.Schema{OneOf: []*jsonschema.Schema{textual, list}})
		}
	}
}
