package xfake

import "strings"

// fieldNames are the values that the parameters for fields and expansions may
// have, in the old names.
var fieldNames = map[string]string{
	"tweet.fields": "article attachments author_id card_uri community_id context_annotations conversation_id created_at display_text_range " +
		"edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang made_with_ai media_metadata " +
		"non_public_metrics note_tweet " +
		"organic_metrics paid_partnership possibly_sensitive promoted_metrics public_metrics referenced_tweets reply_settings scopes source " +
		"suggested_source_links text withheld",
	"user.fields": "affiliation confirmed_email connection_status created_at description entities id is_identity_verified location " +
		"most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url protected public_metrics receives_your_dm " +
		"subscription subscription_type url username verified verified_followers_count verified_type withheld",
	"media.fields": "alt_text duration_ms height media_key preview_image_url public_metrics type url variants width",
	"dm_event.fields": "attachments created_at dm_conversation_id entities event_type id participant_ids " +
		"referenced_tweets sender_id text",
	"expansions": "affiliation.user_id article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet " +
		"attachments.poll_ids author_id edit_history_tweet_ids entities.mentions.username entities.note.mentions.username geo.place_id " +
		"in_reply_to_user_id most_recent_tweet_id participant_ids pinned_tweet_id referenced_tweets.id referenced_tweets.id.author_id sender_id",
	"event_types": "MessageCreate ParticipantsJoin ParticipantsLeave",
	"exclude":     "replies retweets",
}

// newNames are the names of July 2026 (docs/networks.md, X, Endpoints).
var newNames = strings.NewReplacer(
	"tweet.fields", "post.fields",
	"referenced_tweets", "referenced_posts",
	"edit_history_tweet_ids", "edit_history_post_ids",
	"note_tweet", "note_post",
	"retweet_count", "repost_count",
)

// rename writes names as this server has them.
func (s *Server) rename(names string) string {
	if s.options.NewNames {
		return newNames.Replace(names)
	}
	return names
}

// unname is the old name of a parameter.
func (s *Server) unname(name string) string {
	if name == "post.fields" && s.options.NewNames {
		return "tweet.fields"
	}
	return name
}

// fields are the values of a parameter, which is named in the old way.
func (s *Server) fields(c *call, parameter string) []string { return c.list(s.rename(parameter)) }
