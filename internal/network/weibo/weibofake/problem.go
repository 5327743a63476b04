package weibofake

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// object is a JSON object.
type object = map[string]any

// trouble is an answer that is no success.
type trouble struct {
	status int
	code   int
	text   string
	detail string // error_description, which only OAuth has
}

func (p *trouble) Error() string { return fmt.Sprintf("%d %s", p.code, p.text) }

// words are those of open.weibo.com/wiki/Error_code.
var words = map[int]string{
	10001: "System error!", 10002: "Service unavailable!", 10003: "Remote service error!", 10004: "IP limit!",
	10005: "Permission denied, need a high level appkey!", 10008: "Param error, see doc for more info!",
	10009: "Too many pending tasks, system is busy!", 10010: "Job expired!", 10011: "RPC error!", 10012: "Illegal request!",
	10013: "Invalid weibo user!", 10014: "Insufficient app permissions!", 10018: "Request body length over limit!",
	10020: "Request api not found!", 10021: "HTTP method is not suported for this request!",
	10022: "IP requests out of rate limit!", 10023: "User requests out of rate limit!", 10024: "User requests for this api out of rate limit!",
	20001: "IDs is null!", 20002: "Uid parameter is null!", 20003: "User does not exists!",
	20005: "Unsupported image type, only suport JPG, GIF, PNG!", 20006: "Image size too large!", 20007: "Does multipart has image!",
	20008: "Content is null!", 20009: "IDs is too many!", 20012: "Text too long, please input text less than 140 characters!",
	20013: "Text too long, please input text less than 300 characters!", 20016: "Out of limit!", 20017: "repeat content!",
	20018: "Contain illegal website!", 20019: "repeat content!", 20020: "Contain advertising!", 20021: "Content is illegal!",
	20031: "Test and verify!", 20032: "Update success, while server slow now, please wait 1-2 minutes!", 20033: "Login state is abnormal!",
	20038: "Similar content, please try it tomorrow!", 20101: "Target weibo does not exist!", 20102: "Not your own weibo!",
	20111: "Repeated weibo text!", 20112: "According to author's privacy settings you can not do this!",
	20201: "Target weibo comment does not exist!", 20203: "Not your own comment!", 20206: "Author only allows comments of friends!",
	20301: "Can't send direct message to user who is not your follower!", 20302: "Illegal direct message!",
	21301: "Auth faild!", 21315: "Token expired!", 21317: "Token rejected!",
	21322: "redirect_uri_mismatch", 21323: "invalid_request", 21324: "invalid_client", 21325: "invalid_grant", 21327: "expired_token",
	21328: "unsupported_grant_type", 21329: "unsupported_response_type", 21330: "access_denied", 21331: "temporarily_unavailable",
	21332: "invalid_access_token",
}

// statusOf is the HTTP status that comes with a code.
func statusOf(code int) int {
	switch code {
	case 10004, 10005, 10014, 10022, 10023, 10024, 21301, 21315, 21317, 21327, 21332:
		return http.StatusForbidden
	case 21324: // seen in bug reports of weibo4j
		return http.StatusUnauthorized
	}
	return http.StatusBadRequest
}

func problem(code int) error {
	return &trouble{statusOf(code), code, cmp.Or(words[code], "error "+strconv.Itoa(code)), ""}
}

func problemf(code int, format string, args ...any) error {
	return &trouble{statusOf(code), code, fmt.Sprintf(format, args...), ""}
}

func invalid(name, want, got string) error {
	return problemf(10017, "Parameter (%s)'s value invalid, expect (%s) , but get (%s) , see doc for more info!", name, want, got)
}

// denied is an error of OAuth, which says more.
func denied(code int, detail string) error {
	return &trouble{statusOf(code), code, words[code], detail}
}

// write sends what came out of a call.
func (c *call) write(w http.ResponseWriter, out any, err error) {
	if err == nil {
		writeJSON(w, http.StatusOK, out)
		return
	}
	var p *trouble
	if !errors.As(err, &p) {
		p = &trouble{http.StatusInternalServerError, 10001, err.Error(), ""}
	}
	body := object{"request": c.r.URL.Path, "error_code": p.code, "error": p.text}
	if c.s.o.StringCodes {
		body["error_code"] = strconv.Itoa(p.code)
	}
	status := p.status
	switch {
	case p.detail != "":
		body["error_uri"], body["error_description"] = c.r.URL.Path, p.detail
	case c.s.o.ErrorsIn200:
		status = http.StatusOK
	}
	writeJSON(w, status, body)
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error":"the fake can't write its answer","error_code":10001}`)
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone needs no answer
}
