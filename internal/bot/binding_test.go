package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"magpie/internal/audit"
	"magpie/internal/outbox"
	"magpie/internal/store/storetest"
)

// TestApprovalTakenOutOfTheFiles: whoever deletes “approval: required” has not approved. A post that was held stays so, or the log
// says that it was let go, and why.
func TestApprovalTakenOutOfTheFiles(t *testing.T) {
	for name, edit := range map[string]map[string]string{
		"deleted": {"campaigns/bf.yaml": files["campaigns/bf.yaml"]},
		"and new words": {"campaigns/bf.yaml": files["campaigns/bf.yaml"],
			"templates/tease.en.tmpl": "Quite other words, which nobody has seen."},
		"another template": {"campaigns/bf.yaml": strings.Replace(files["campaigns/bf.yaml"], "say: tease", "say: hours", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2027-11-26 08:00", careful())
			id := w.is("tease", outbox.Held).ID
			w.edit(edit)
			w.step(at(t, "2027-11-26 10:00"))
			p := w.one("tease")
			lines, err := audit.Of(t.Context(), w.DB, "post "+id)
			w.must(err)
			said := slices.ContainsFunc(lines, func(l audit.Line) bool {
				return l.What != "post sent" && strings.Contains(l.What+" "+l.Detail, "approv")
			})
			if p.State != outbox.Held && !said {
				t.Errorf("it is %s, approved by %q, and the log says nothing of it: %+v", p.State, p.ApprovedBy, lines)
			}
		})
	}
}

// TestApprovalBindsTheTime: what was approved for ten in Chicago is not approved for ten in Tokyo or Honolulu.
func TestApprovalBindsTheTime(t *testing.T) {
	for _, zone := range []string{"Pacific/Honolulu", "Europe/Berlin"} {
		t.Run(zone, func(t *testing.T) {
			w := newWorld(t, "2027-11-24 08:00", careful())
			before := w.is("tease", outbox.Held)
			w.approve("tease")
			w.edit(map[string]string{"accounts/outlet.yaml": accountFile(zone)})
			p := w.one("tease")
			if p.SlotAt.Equal(before.SlotAt) {
				return // it goes out when it was approved for
			}
			if p.State != outbox.Held || p.ApprovedHash != "" {
				t.Errorf("it was approved for %s; now it is %s for %s", before.SlotAt, p.State, p.SlotAt)
			}
		})
	}
}

// unguard takes away what keeps the log from being changed, as somebody can who owns the database.
func (w *world) unguard() {
	w.Helper()
	drop := ""
	query := `SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'`
	if storetest.OnPostgres() {
		query, drop = `SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('audit') AND NOT tgisinternal`, ` ON audit`
	}
	rows, err := w.DB.Read.Query(query)
	w.must(err)
	var names []string
	for rows.Next() {
		var name string
		w.must(rows.Scan(&name))
		names = append(names, name)
	}
	w.must(rows.Close())
	for _, name := range names {
		_, err := w.DB.Writer().Exec(fmt.Sprintf(`DROP TRIGGER %q`, name) + drop)
		w.must(err)
	}
}

// TestDoctorChecksTheLog: whoever changes it by force leaves a trace.
func TestDoctorChecksTheLog(t *testing.T) {
	log := func(w *world) (bad string) {
		all, err := w.Checkup.Examine(t.Context())
		w.must(err)
		for _, f := range all {
			if text := f.What + " " + f.Says; !f.Good && (strings.Contains(text, "audit") || strings.Contains(text, "log")) {
				bad += text + "\n"
			}
		}
		return bad
	}
	for name, change := range map[string]string{
		"another name":   `UPDATE audit SET who = 'ann' WHERE what = 'post approved'`,
		"another detail": `UPDATE audit SET detail = 'x' WHERE what = 'post approved'`,
		"another time":   `UPDATE audit SET at = at + 1 WHERE what = 'post approved'`,
		"a line less":    `DELETE FROM audit WHERE what = 'post approved'`,
		"all away":       `DELETE FROM audit`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2027-11-26 08:00", careful())
			w.approve("tease")
			w.step(at(t, "2027-11-26 10:00"))
			w.is("tease", outbox.Sent)
			if bad := log(w); bad != "" {
				t.Fatalf("the log is as it was, and the doctor says %s", bad)
			}
			w.unguard()
			_, err := w.DB.Writer().Exec(change)
			w.must(err)
			if log(w) == "" {
				t.Error("the doctor finds nothing wrong")
			}
		})
	}
}

// Another time and no line about approval, in one edit or in two, are no approval.
func TestApprovalIsNotEditedAway(t *testing.T) {
	for name, twice := range map[string]bool{"in one edit": false, "in two": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2027-11-24 08:00", careful())
			w.is("tease", outbox.Held)
			file := careful()["campaigns/bf.yaml"]
			if file == "" {
				t.Fatal("there is no such file")
			}
			free := strings.Replace(strings.Replace(file, "approval: required\n", "", 1), "10:00", "11:00", 1)
			if free == file {
				t.Fatal("nothing is edited")
			}
			if twice {
				w.edit(map[string]string{"campaigns/bf.yaml": strings.Replace(file, "10:00", "12:00", 1)})
			}
			w.edit(map[string]string{"campaigns/bf.yaml": free})
			for _, p := range w.posts(`step = 'tease' AND state <> 'withdrawn'`) {
				if p.State != outbox.Held {
					t.Errorf("that of %s is %s, and nobody has approved it", p.SlotAt, p.State)
				}
			}
			if len(w.posts(`step = 'tease' AND state = 'held'`)) == 0 {
				t.Error("none waits")
			}
		})
	}
}
