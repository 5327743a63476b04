package sandbox

// Phrases are what people say, by language: "en" and "zh".
type Phrases struct {
	Claims, Questions, Complaints, Stops, Joins, Thanks map[string][]string
}

// DefaultPhrases are what people say unless Options.Phrases says otherwise.
func DefaultPhrases() Phrases {
	return Phrases{
		Claims: map[string][]string{
			"en": {"deal", "deal please!", "I'd like that deal"},
			"zh": {"优惠", "求优惠！", "想要优惠"},
		},
		Questions: map[string][]string{
			"en": {"when do you open?", "what are your opening hours?", "how long does shipping take?", "do you ship to Canada?"},
			"zh": {"你们几点开门", "请问营业时间？", "几天能到货？", "包邮吗"},
		},
		Complaints: map[string][]string{
			"en": {"my TV arrived broken", "the remote of my new TV does not work", "still no parcel after two weeks 😠"},
			"zh": {"屏幕坏了", "收到的电视打不开", "两个星期了还没发货😠"},
		},
		Stops:  map[string][]string{"en": {"stop"}, "zh": {"退订"}},
		Joins:  map[string][]string{"en": {"join"}, "zh": {"订阅"}},
		Thanks: map[string][]string{"en": {"thank you!", "thanks, that was quick ❤️"}, "zh": {"谢谢！", "收到，谢谢🙏"}},
	}
}

// withDefaults fills in each kind that is missing.
func (p Phrases) withDefaults() Phrases {
	d := DefaultPhrases()
	for to, standard := range map[*map[string][]string]map[string][]string{
		&p.Claims: d.Claims, &p.Questions: d.Questions, &p.Complaints: d.Complaints,
		&p.Stops: d.Stops, &p.Joins: d.Joins, &p.Thanks: d.Thanks,
	} {
		if *to == nil {
			*to = standard
		}
	}
	return p
}
