package workspace_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"magpie/internal/network"
	"magpie/internal/network/bluesky"
	"magpie/internal/network/mastodon"
	"magpie/internal/network/weibo"
	"magpie/internal/network/x"
	"magpie/internal/workspace"
)

// compiled are the JSON Schemas of all kinds of files.
func compiled(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	all, err := workspace.Schemas([]network.Kind{bluesky.Kind(), mastodon.Kind(), weibo.Kind(), x.Kind()})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*jsonschema.Schema{}
	for name, b := range all {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(name+".json", doc); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if out[name], err = c.Compile(name + ".json"); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return out
}

// kindOf tells which schema a file has to follow, "" if none.
func kindOf(file string) string {
	file = filepath.ToSlash(file)
	switch ext := filepath.Ext(file); {
	case file == "magpie.yaml":
		return "settings"
	case ext != ".yaml" && ext != ".yml":
		return ""
	case file == "campaigns/offers.yaml":
		return "offers"
	case file == "campaigns/segments.yaml":
		return "segments"
	}
	return map[string]string{"accounts": "account", "campaigns": "campaign", "schedules": "schedule"}[strings.Split(file, "/")[0]]
}

// refusals are what the schemas say against the files in dir. A file that is
// no YAML is refused by every editor; it counts.
func refusals(t *testing.T, schemas map[string]*jsonschema.Schema, dir string) (out []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.y*ml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, filepath.Join(dir, "magpie.yaml")) {
		rel, err := filepath.Rel(dir, file)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(file); err == nil && kindOf(rel) != "" {
			if err := refusal(schemas[kindOf(rel)], b); err != nil {
				out = append(out, rel+": "+err.Error())
			}
		}
	}
	return out
}

func refusal(s *jsonschema.Schema, source []byte) error {
	var v any
	if err := yaml.Unmarshal(source, &v); err != nil {
		return err
	}
	return s.Validate(plainJSON(v))
}

// plainJSON turns what the YAML library gives into what the validator knows.
func plainJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = plainJSON(v[k])
		}
	case []any:
		for i := range v {
			v[i] = plainJSON(v[i])
		}
	case uint64:
		return int(v)
	case int64:
		return int(v)
	}
	return v
}
