package workspace

import (
	"encoding/json"

	"github.com/invopop/jsonschema"
)

// Schemas are the JSON Schemas of all kinds of files, by name.
func Schemas() (map[string][]byte, error) {
	out := map[string][]byte{}
	for name, of := range map[string]any{
		"account": Account{}, "campaign": Campaign{}, "schedule": Schedule{}, "settings": Settings{},
		"offers": map[string]Offer{}, "segments": map[string]string{},
	} {
		r := &jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, DoNotReference: false, Anonymous: true}
		b, err := json.MarshalIndent(r.Reflect(of), "", "  ")
		if err != nil {
			return nil, err
		}
		out[name] = append(b, '\n')
	}
	return out, nil
}

func pattern(p, example string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: p, Examples: []any{example}}
}

// JSONSchema describes the scalars and branches to editors.
func (Date) JSONSchema() *jsonschema.Schema { return pattern(`^\d{4}-\d{2}-\d{2}$`, "2027-11-25") }

// JSONSchema describes a wall clock time.
func (LocalTime) JSONSchema() *jsonschema.Schema {
	return pattern(`^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?$`, "2027-11-26 09:00")
}

// JSONSchema describes a span of time.
func (Duration) JSONSchema() *jsonschema.Schema { return pattern(`^\d{1,6}(s|m|h|d|w)$`, "72h") }

// JSONSchema describes a pace.
func (Rate) JSONSchema() *jsonschema.Schema {
	return pattern(`^[1-9]\d{0,6}/(minute|hour|day|week)$`, "12/day")
}

// JSONSchema describes a share.
func (Percent) JSONSchema() *jsonschema.Schema { return pattern(`^(\d{1,2}|100)%$`, "30%") }

// JSONSchema describes hours of the day.
func (Hours) JSONSchema() *jsonschema.Schema {
	return pattern(`^\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}$`, "22:00-08:00")
}

// JSONSchema describes a time zone.
func (Zone) JSONSchema() *jsonschema.Schema {
	return pattern(`^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$`, "America/Chicago")
}

// JSONSchema describes a source of codes.
func (Pool) JSONSchema() *jsonschema.Schema {
	return pattern(`^(imported|made|shared:.+)$`, "imported")
}

// JSONSchema describes where a secret is.
func (Credentials) JSONSchema() *jsonschema.Schema {
	return pattern(`^(env:.+|file:.+|stored)$`, "env:POMELO_OUTLET_TOKEN")
}

// JSONSchema describes steps by name.
func (Steps) JSONSchemaExtend(s *jsonschema.Schema) {
	r := &jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, DoNotReference: true, Anonymous: true}
	step := r.Reflect(Step{})
	step.Version = ""
	*s = jsonschema.Schema{Type: "object", AdditionalProperties: step}
}

// JSONSchema describes a template's name, or one for each account.
func (Say) JSONSchema() *jsonschema.Schema {
	name := &jsonschema.Schema{Type: "string"}
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{name, {Type: "object", AdditionalProperties: name}}}
}

// JSONSchemaExtend lets a single word stand for a list of one.
func (Match) JSONSchemaExtend(s *jsonschema.Schema) { oneOrMany(s, "says", "not") }

// JSONSchemaExtend lets a single account stand for a list of one.
func (Step) JSONSchemaExtend(s *jsonschema.Schema) { oneOrMany(s, "accounts") }

func oneOrMany(s *jsonschema.Schema, names ...string) {
	for _, name := range names {
		if list, ok := s.Properties.Get(name); ok {
			s.Properties.Set(name, &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "string"}, list}})
		}
	}
}
