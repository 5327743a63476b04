package weibofake

import "time"

// The shapes are those of the examples at open.weibo.com/wiki, shortened.

func said(at time.Time) string { return at.In(beijing).Format(time.RubyDate) }

func (s *Server) source() string {
	return `<a href="http://app.weibo.com/t/feed/fake" rel="nofollow">` + s.o.AppKey + `</a>`
}

// status is a post as the API shows it.
func (s *Server) status(p *post) object {
	o := object{
		"created_at": said(p.at), "id": p.id, "idstr": p.idstr(), "mid": p.idstr(),
		"text": p.shown, "textLength": len([]rune(p.text)), "source": s.source(),
		"favorited": false, "truncated": false, "isLongText": false, "user": s.profile(p.author),
		"in_reply_to_status_id": "", "in_reply_to_user_id": "", "in_reply_to_screen_name": "", "geo": nil,
		"reposts_count": 0, "comments_count": s.commentCount(p), "attitudes_count": 0, "pic_urls": []object{},
	}
	if p.picture != nil {
		thumb := "http://ww1.sinaimg.cn/thumbnail/" + p.idstr() + ".jpg"
		o["pic_urls"] = []object{{"thumbnail_pic": thumb}}
		o["thumbnail_pic"], o["original_pic"] = thumb, "http://ww1.sinaimg.cn/large/"+p.idstr()+".jpg"
	}
	return o
}

// profile is a user as the API shows it.
func (s *Server) profile(u *user) object {
	kind := -1 // an ordinary person
	if u.token != "" {
		kind = 2 // a company
	}
	followers, posts := 0, 0
	for _, x := range s.users {
		if _, yes := x.follows[u]; yes {
			followers++
		}
	}
	for _, p := range s.posts {
		if p.author == u && !p.deleted {
			posts++
		}
	}
	return object{
		"id": u.id, "idstr": u.idstr(), "screen_name": u.name, "name": u.name, "lang": "zh-cn",
		"profile_url": "u/" + u.idstr(), "verified": u.token != "", "verified_type": kind,
		"followers_count": followers, "friends_count": len(u.follows), "statuses_count": posts,
		"created_at": "Wed Mar 17 00:00:00 +0800 2010",
	}
}

// comment is a comment as the API shows it.
func (s *Server) comment(x *comment) object {
	o := object{
		"created_at": said(x.at), "id": x.id, "idstr": x.idstr(), "mid": x.idstr(),
		"text": x.shown, "source": s.source(), "user": s.profile(x.author), "status": s.status(x.on),
	}
	if x.to != nil {
		o["reply_comment"] = object{
			"created_at": said(x.to.at), "id": x.to.id, "idstr": x.to.idstr(), "mid": x.to.idstr(),
			"text": x.to.shown, "source": s.source(), "user": s.profile(x.to.author),
		}
	}
	return o
}
