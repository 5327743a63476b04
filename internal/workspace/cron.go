package workspace

import (
	"fmt"
	"time"

	"magpie/internal/document"
	"magpie/internal/scalar"
)

func (l *loader) checkSchedule(s *Schedule) {
	d := l.doc("schedule", s.Name)
	l.checkName(d, "a schedule", s.Name, "")
	if s.Cron != "" {
		checkCron(d, "cron", s.Cron)
	}
	if s.Timezone != "" && s.Timezone != "account" {
		var z scalar.Zone
		if err := z.Parse(s.Timezone); err != nil {
			d.Add("timezone", fmt.Sprintf("%q is not a time zone", s.Timezone), "write account, or one such as America/Chicago")
		}
		s.Zone = z.Location
	}
	if s.Jitter > scalar.Duration(12*time.Hour) {
		d.Add("jitter", "jitter is too long: the most is 12h", "")
	}
}

func checkCron(d *document.Document, path, spec string) {
	if text, hint := scalar.CheckCron(spec, document.Strange); text != "" {
		d.Add(path, text, hint)
	}
}
