package workspace

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"magpie/internal/document"
	"magpie/internal/network"
	"magpie/internal/policy"
	"magpie/internal/scalar"
)

// lateDefault is what late: stands for where it is left out.
var lateDefault = Late{After: scalar.Duration(15 * time.Minute), Then: "skip"}

func (l *loader) checkStep(d *document.Document, s *Step, path string) {
	l.checkName(d, "a step", s.Name, path)
	for i, a := range s.Accounts {
		if l.set.Accounts[a] == nil {
			text, hint := unknown("account", a, l.set.Accounts)
			d.Add(index(path+".accounts", i), text, hint)
		} else if slices.Contains(s.Accounts[:i], a) {
			d.Add(index(path+".accounts", i), fmt.Sprintf("%q occurs twice", a), "")
		}
	}
	l.checkTrigger(d, s, path)
	l.checkAudience(d, s, path)
	l.checkMedia(d, s, path)
	oneOf(d, path+".late.then", s.Late.Then, "skip", "post", "ask")
	if s.Late.After == 0 {
		s.Late.After = lateDefault.After
	}
	if s.Late.Then == "" {
		s.Late.Then = lateDefault.Then
	}
	l.checkAI(d, s, path)
	if s.Ask != nil && l.set.Settings.Model == nil {
		d.Add(path+".ask", "no model is set up", "add model: to magpie.yaml, or remove ask:")
	}
	l.checkSay(d, s, path)
	l.warnStep(d, s, path)
	s.place = d.Problem(path+".at", "", "")
}

// checkAI holds answers by a model against the networks' rules for them.
func (l *loader) checkAI(d *document.Document, s *Step, path string) {
	for _, name := range s.Accounts {
		a := l.set.Accounts[name]
		if s.Ask == nil || a == nil || a.Kind.Check == nil {
			continue
		}
		if f := a.Kind.Check(network.Draft{AI: true, To: &network.Person{}}, a.Settings()); f != nil && f.Rule == "ai-approval" {
			r := policy.Of(f.Rule)
			d.Add(path+".ask", r.Says("a model must not write answers on "+name), r.Way)
		}
	}
}

// checkTrigger sees that exactly one thing starts the step, and that it can.
func (l *loader) checkTrigger(d *document.Document, s *Step, path string) {
	var has []string
	for name, there := range map[string]bool{"schedule": s.Schedule != "", "at": s.At != nil, "cron": s.Cron != "",
		"mention": s.Mention != nil} {
		if there {
			has = append(has, name)
		}
	}
	slices.Sort(has)
	switch {
	case len(has) == 0 && d.Tried(path, "schedule", "at", "cron", "mention"): // what is wrong with it was said
	case len(has) == 0:
		d.Add(path, fmt.Sprintf("the step %q has no start", s.Name), "give it schedule:, at:, cron: or mention:")
	case len(has) > 1:
		d.Add(path, fmt.Sprintf("the step %q has more than one start: %s", s.Name, strings.Join(has, ", ")), "keep one, or make two steps")
	}
	if s.Schedule != "" && l.set.Schedules[s.Schedule] == nil {
		text, hint := unknown("schedule", s.Schedule, l.set.Schedules)
		d.Add(path+".schedule", text, hint)
	}
	if s.Cron != "" {
		checkCron(d, path+".cron", s.Cron)
	}
	l.checkAt(d, s, path)
	if sch := l.set.Schedules[s.Schedule]; sch != nil && sch.Zone == nil {
		l.warnQuiet(d, s, path+".schedule", scalar.NextTimes(sch.Cron))
	}
	l.warnQuiet(d, s, path+".cron", scalar.NextTimes(s.Cron))
	if s.Mention != nil {
		l.checkMatch(d, s.Mention, path+".mention")
	}
}

func (l *loader) checkAt(d *document.Document, s *Step, path string) {
	if !s.At.Known() {
		return
	}
	c, day := s.Campaign, s.At.Truncate(24*time.Hour)
	if !c.Runs(day) {
		d.Add(path+".at", "the step is outside the campaign's days", "see from: and until:")
	}
	if s.FinishBy.Known() && !s.FinishBy.After(s.At.Time) {
		d.Add(path+".finish_by", "finish_by is before the step begins", "")
	}
	l.warnQuiet(d, s, path+".at", []time.Time{s.At.Time})
}

// warnQuiet warns of wall clock times that lie in an account's quiet hours.
func (l *loader) warnQuiet(d *document.Document, s *Step, path string, times []time.Time) {
	for _, name := range s.Accounts {
		a := l.set.Accounts[name]
		if a == nil || a.Quiet == nil {
			continue
		}
		if i := slices.IndexFunc(times, a.Quiet.Contain); i >= 0 {
			l.set.Warnings = append(l.set.Warnings, d.Problem(path, fmt.Sprintf("%s is in the quiet hours of %s", times[i].Format("15:04"), name),
				"it would go out when they end, unless it is late by then"))
		}
	}
}

func (l *loader) checkMatch(d *document.Document, m *Match, path string) {
	for i, w := range m.Says {
		if strings.TrimSpace(w) == "" {
			d.Add(index(path+".says", i), "an empty word matches nothing", "")
		}
		if slices.Contains(stopWords, strings.ToLower(strings.TrimSpace(w))) {
			d.Add(index(path+".says", i), fmt.Sprintf("%q always means that the person wants no more messages", w), "no rule can answer it")
		}
	}
}

// stopWords are those a rule can't have; answer knows many more.
var stopWords = []string{"stop", "unsubscribe", "退订", "取消", "td"}

func (l *loader) checkAudience(d *document.Document, s *Step, path string) {
	if s.To != nil {
		oneOf(d, path+".to.by", s.To.By, "direct")
		l.checkSegmentRef(d, path+".to.segment", s.To.Segment)
		if s.Mention != nil {
			d.Add(path+".to", "a step that a mention starts can't have “to”", "use for: to choose whom it answers")
		}
	}
	l.checkSegmentRef(d, path+".for", s.For)
	if s.Mention == nil {
		for name, there := range map[string]bool{"for": s.For != "", "say_others": s.SayOthers != "", "grants": s.Grants != "",
			"per_person": s.PerPerson != nil, "limit": s.Limit != nil, "ask": s.Ask != nil, "private": s.Private} {
			if there {
				d.Add(path+"."+name, fmt.Sprintf("%q can be used only in a step that a mention starts", name), "")
			}
		}
	}
	oneOf(d, path+".grants", s.Grants, "direct")
	if s.SayOthers != "" && s.For == "" {
		d.Add(path+".say_others", "say_others is used without for", "say_others: answers the people who are not in the segment of for:")
	}
}

func (l *loader) checkSegmentRef(d *document.Document, path, name string) {
	if name != "" && l.set.Segments[name] == nil && !l.anyBroken(segmentsFile) {
		text, hint := unknown("segment", name, l.set.Segments)
		d.Add(path, text, hint)
	}
}
