package sandbox

import "strings"

func (s *Server) streamingURL() string {
	if host := s.options.Variant.StreamingHost; host != "" {
		return host
	}
	return "ws" + strings.TrimPrefix(s.base, "http")
}

func (s *Server) configuration() object {
	return object{
		"urls":     object{"streaming": s.streamingURL()},
		"accounts": object{"max_featured_tags": 10, "max_pinned_statuses": 5},
		"statuses": object{
			"max_characters": s.options.Variant.MaxCharacters, "max_media_attachments": imagesMax,
			"characters_reserved_per_url": perLink(s.options.Variant),
		},
		"media_attachments": object{
			"supported_mime_types": imageTypes, "description_limit": altLimit,
			"image_size_limit": imageLimit, "image_matrix_limit": 33_177_600,
			"video_size_limit": 103_809_024, "video_frame_rate_limit": 120, "video_matrix_limit": 8_294_400,
		},
		"polls":       object{"max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2_629_746},
		"translation": object{"enabled": false},
	}
}

func perLink(v Variant) int {
	if v.LinksInFull {
		return 25
	}
	return linkLength
}

// instanceV2 is GET /api/v2/instance.
func (s *Server) instanceV2(*call) (any, error) {
	return object{
		"domain": s.host, "title": "Magpie sandbox", "version": s.options.Variant.Software, "source_url": s.base,
		"description": "A Mastodon for rehearsals. Nobody is real here.",
		"usage":       object{"users": object{"active_month": len(s.world.brands)}},
		"thumbnail":   object{"url": s.base + "/sandbox/avatar/0.svg"}, "languages": []string{"en", "zh"},
		"configuration": s.configuration(),
		"registrations": object{"enabled": false, "approval_required": false, "message": nil},
		"contact":       object{"email": "nobody@sandbox.example", "account": nil},
		"api_versions":  object{"mastodon": 7},
		"rules":         []object{{"id": "1", "text": "Label automated accounts.", "hint": ""}},
	}, nil
}

// instanceV1 is GET /api/v1/instance.
func (s *Server) instanceV1(*call) (any, error) {
	return object{
		"uri": s.host, "title": "Magpie sandbox", "version": s.options.Variant.Software, "email": "nobody@sandbox.example",
		"short_description": "A Mastodon for rehearsals.", "description": "A Mastodon for rehearsals. Nobody is real here.",
		"urls":      object{"streaming_api": s.streamingURL()},
		"stats":     object{"user_count": len(s.world.accounts), "status_count": len(s.world.statuses), "domain_count": 1},
		"languages": []string{"en", "zh"}, "registrations": false, "approval_required": false, "invites_enabled": false,
		"configuration": s.configuration(), "contact_account": nil,
		"rules": []object{{"id": "1", "text": "Label automated accounts."}},
	}, nil
}

func (s *Server) authorizationServer(*call) (any, error) {
	return object{
		"issuer": s.base + "/", "authorization_endpoint": s.base + "/oauth/authorize",
		"token_endpoint": s.base + "/oauth/token", "revocation_endpoint": s.base + "/oauth/revoke",
		"app_registration_endpoint": s.base + "/api/v1/apps", "service_documentation": "https://docs.joinmastodon.org/",
		"scopes_supported": allScopes, "response_types_supported": []string{"code"},
		"response_modes_supported": []string{"query"}, "code_challenge_methods_supported": []string{"S256"},
		"grant_types_supported":                 []string{"authorization_code", "client_credentials"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
	}, nil
}
