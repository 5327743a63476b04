package workspace_test

// needsMeaning are the mistakes that no schema of one file can refuse: they
// take another file, a calendar, a count of letters or a picture. Templates
// have no schema.
var needsMeaning = []string{
	// one file, but a name, a calendar or a condition
	"a-text-that-cannot-be-read-is-there", "account-handle-bad", "account-handle-bad-bluesky", "account-in-two-files", "account-differs-by-case", "account-twice-by-handle",
	"account-name-bad", "account-zone-bad",
	"account-zone-local", "campaign-ends-before-it-begins", "campaign-in-two-parts", "campaign-name-bad", "cron-backwards",
	"cron-both-days", "cron-day-zero", "cron-minute-too-big", "cron-sunday-is-seven", "cron-never-comes", "cron-unknown-day", "no-accounts",
	"not-utf-8",
	"offer-limit-on-imported-codes", "offer-link-unknown-mark", "offer-valid-too-long", "place-in-windows-lines", "sign-list",
	"rule-says-stop",
	"schedule-cron-never-comes", "schedule-jitter-too-long", "schedule-name-bad", "schedule-zone-bad",
	"segment-condition-bad-sign", "segment-condition-equals", "segment-condition-half", "segment-condition-open",
	"segment-condition-quotes",
	"segment-not-a-condition", "segment-unknown-word", "segment-unknown-network", "settings-database-with-password",
	"step-at-outside-the-campaign", "step-finishes-before-it-begins", "yaml-merge",
	// another file
	"account-only-promotes", "ask-without-model", "campaign-offer-over", "campaign-offer-unknown", "campaign-offer-unknown-and-shown",
	"link-spoken-of-and-none-there", "offer-spoken-of-and-none-there", "personal-code-in-public", "personal-name-in-public",
	"personal-link-in-public",
	"place-after-chinese", "place-after-emoji", "say-account-left-out", "say-account-unknown", "say-others-gives-a-code",
	"say-others-not-in-the-language", "say-others-speaks-of-no-offer", "segment-unknown", "segment-unknown-account",
	"segment-unknown-in-to", "segment-unknown-offer", "step-account-unknown", "step-in-quiet-hours", "step-schedule-unknown",
	// pictures
	"image-a-folder", "image-absolute", "image-alt-too-long", "image-no-picture", "image-not-there", "image-outside",
	// templates and their texts
	"nearly-the-same-text-on-two-accounts", "same-text-in-two-campaigns", "same-text-on-two-accounts", "template-always-blank",
	"template-brace-not-closed", "template-curly-quotes", "template-end-too-many", "template-if-empty", "template-quote-open",
	"template-variable", "until-without-end", "template-day-bad", "template-defines-another", "template-dot", "template-empty",
	"template-field-of-a-word",
	"template-if-not-closed", "template-language-in-capitals", "template-money-bad", "template-not-closed",
	"template-not-in-the-language", "template-takes-in-another", "template-two-unknown-fields", "template-two-unknown-words",
	"template-unknown", "template-unknown-field", "template-unknown-for-one-account", "template-unknown-for-others",
	"template-unknown-word", "template-with-a-function", "template-without-language", "template-word-too-few",
	"template-word-too-many", "template-writes-without-end", "template-wrong-kind", "too-long-for-bluesky-in-bytes",
	"too-long-for-bluesky-in-chinese", "too-long-for-bluesky-in-emoji", "too-long-for-bluesky-with-a-link",
	"too-long-for-mastodon", "too-long-for-mastodon-in-emoji", "too-long-for-mastodon-with-a-link", "too-long-for-the-others",
	"too-long-in-one-variant", "too-long-with-the-code", "too-long-with-the-disclosure", "too-long-with-the-name",
	"too-long-with-the-title", "too-long-with-the-value",
}
