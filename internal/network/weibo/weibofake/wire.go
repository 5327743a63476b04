package weibofake

import (
	"encoding/json"
	"net/http"
	"time"

	"magpie/internal/network/networktest"
)

// Wire is how Weibo's calls look to the connectors' suite. A picture travels
// with its post, and no header tells of limits: Later and Quota are empty.
func Wire() networktest.Wire {
	return networktest.Wire{
		Publish: "POST /2/statuses/share.json",
		Direct:  "POST /2/messages/reply.json",
		Upload:  "POST /2/statuses/share.json",
		Find:    "GET /2/statuses/user_timeline.json",
		Delete:  "POST /2/statuses/destroy.json",
		Events:  "GET /2/statuses/mentions.json",
		Refusal: refusal,
		Later:   func(time.Time) http.Header { return http.Header{} },
		Quota:   func(int, int, time.Time) http.Header { return http.Header{} },
	}
}

// codes are what Weibo would say where others have a status of HTTP.
var codes = map[int]int{
	http.StatusBadRequest: 10008, http.StatusUnauthorized: 21332, http.StatusForbidden: 20112, http.StatusNotFound: 20101,
	http.StatusGone: 20101, http.StatusRequestEntityTooLarge: 10018, http.StatusUnprocessableEntity: 20021,
	http.StatusTooManyRequests: 10023,
}

func refusal(status int, why string) string {
	code, known := codes[status]
	if !known {
		code = 10001
	}
	body, _ := json.Marshal(object{"request": "/2/statuses/share.json", "error_code": code, "error": why}) // can't fail
	return string(body)
}
