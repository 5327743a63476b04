package localnet

import (
	"context"
	"net/url"
	"time"
)

const postCollection = "app.bsky.feed.post"

// A Record is one entry of a repository, as its PDS keeps it.
type Record struct {
	URI   string         `json:"uri"`
	CID   string         `json:"cid"`
	Value map[string]any `json:"value"`
}

// Text is the text of a post, or empty.
func (r Record) Text() string {
	text, _ := r.Value["text"].(string)
	return text
}

// Post publishes a text. Facets and reply go into the record as they are unless
// they are nil. The app view shows it a moment later: see WaitIndexed.
func (a *Account) Post(ctx context.Context, text string, facets, reply any) (uri, cid string, err error) {
	record := map[string]any{"text": text}
	if facets != nil {
		record["facets"] = facets
	}
	if reply != nil {
		record["reply"] = reply
	}
	return a.create(ctx, postCollection, record)
}

// Mention posts "@handle text", where the handle is a mention of the target.
func (a *Account) Mention(ctx context.Context, target *Account, text string) (uri, cid string, err error) {
	handle := "@" + target.Handle
	facet := map[string]any{
		"index":    map[string]int{"byteStart": 0, "byteEnd": len(handle)},
		"features": []any{map[string]string{"$type": "app.bsky.richtext.facet#mention", "did": target.DID}},
	}
	return a.Post(ctx, handle+" "+text, []any{facet}, nil)
}

// Reply answers the parent in the thread that began with the root. Wait until
// both are indexed: the author of a root that was not is never notified.
func (a *Account) Reply(ctx context.Context, rootURI, rootCID, parentURI, parentCID, text string) (uri, cid string, err error) {
	return a.Post(ctx, text, nil, map[string]any{
		"root":   map[string]string{"uri": rootURI, "cid": rootCID},
		"parent": map[string]string{"uri": parentURI, "cid": parentCID},
	})
}

// Follow follows the account of this DID.
func (a *Account) Follow(ctx context.Context, did string) error {
	_, _, err := a.create(ctx, "app.bsky.graph.follow", map[string]any{"subject": did})
	return err
}

// Block blocks the account of this DID.
func (a *Account) Block(ctx context.Context, did string) error {
	_, _, err := a.create(ctx, "app.bsky.graph.block", map[string]any{"subject": did})
	return err
}

// Posts are all posts in this account's repository, the newest first. The PDS
// knows them at once.
func (a *Account) Posts(ctx context.Context) ([]Record, error) {
	var all []Record
	query := url.Values{"repo": {a.DID}, "collection": {postCollection}, "limit": {"100"}}
	for {
		var page struct {
			Records []Record
			Cursor  string
		}
		if err := a.Query(ctx, "com.atproto.repo.listRecords", query, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Records...)
		if page.Cursor == "" {
			return all, nil
		}
		query.Set("cursor", page.Cursor)
	}
}

// WaitIndexed waits until the app view shows the post to this account.
func (n *Network) WaitIndexed(ctx context.Context, account *Account, uri string) error {
	return poll(ctx, func() (bool, error) {
		var shown struct{ Posts []struct{ URI string } }
		err := account.Query(ctx, "app.bsky.feed.getPosts", url.Values{"uris": {uri}}, &shown)
		return len(shown.Posts) > 0, err
	})
}

func (a *Account) create(ctx context.Context, collection string, record map[string]any) (uri, cid string, err error) {
	record["$type"] = collection
	record["createdAt"] = time.Now().UTC().Format("2006-01-02T15:04:05.000Z") //nolint:forbidigo // the servers' clock is real
	body := map[string]any{"repo": a.DID, "collection": collection, "record": record}
	var created Record
	err = a.Procedure(ctx, "com.atproto.repo.createRecord", body, &created)
	return created.URI, created.CID, err
}
