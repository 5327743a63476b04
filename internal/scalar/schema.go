package scalar

import "github.com/invopop/jsonschema"

func Pattern(p, example string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: p, Examples: []any{example}}
}

// JSONSchema describes the scalars and branches to editors.
func (Date) JSONSchema() *jsonschema.Schema { return Pattern(`^\d{4}-\d{2}-\d{2}$`, "2027-11-25") }

// JSONSchema describes a wall clock time.
func (LocalTime) JSONSchema() *jsonschema.Schema {
	return Pattern(`^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?$`, "2027-11-26 09:00")
}

// JSONSchema describes a span of time.
func (Duration) JSONSchema() *jsonschema.Schema { return Pattern(`^\d{1,6}(s|m|h|d|w)$`, "72h") }

// JSONSchema describes a pace.
func (Rate) JSONSchema() *jsonschema.Schema {
	return Pattern(`^[1-9]\d{0,6}/(minute|hour|day|week)$`, "12/day")
}

// JSONSchema describes a share.
func (Percent) JSONSchema() *jsonschema.Schema { return Pattern(`^(\d{1,2}|100)%$`, "30%") }

// JSONSchema describes hours of the day.
func (Hours) JSONSchema() *jsonschema.Schema {
	return Pattern(`^\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}$`, "22:00-08:00")
}

// JSONSchema describes a time zone.
func (Zone) JSONSchema() *jsonschema.Schema {
	return Pattern(`^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$`, "America/Chicago")
}

// JSONSchema describes a source of codes.
func (Pool) JSONSchema() *jsonschema.Schema {
	return Pattern(`^(imported|made|shared:.+)$`, "imported")
}

// JSONSchema describes where a secret is.
func (Credentials) JSONSchema() *jsonschema.Schema {
	return Pattern(`^(env:.+|file:.+|stored)$`, "env:POMELO_OUTLET_TOKEN")
}

// JSONSchema describes a currency.
func (Currency) JSONSchema() *jsonschema.Schema { return Pattern(`^[A-Z]{3}$`, "USD") }

// JSONSchema describes an amount of money.
func (Money) JSONSchema() *jsonschema.Schema {
	return Pattern(`^[0-9][0-9,]*(\.[0-9]+)? [A-Z]{3}$`, "50.00 USD")
}

// JSONSchema describes a discount.
func (Discount) JSONSchema() *jsonschema.Schema {
	return Pattern(`^(\d{1,2}%|100%|[0-9][0-9,]*(\.[0-9]+)? [A-Z]{3})$`, "30%")
}
