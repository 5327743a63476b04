package workspace

// Image is a picture beside the campaign file.
type Image struct {
	File string `yaml:"file" jsonschema:"required"`
	Alt  string `yaml:"alt" jsonschema:"required,pattern=\\S"`
	Path string `yaml:"-"`
}
