package media

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Rules are what a network takes.
type Rules struct {
	Who                    string // for messages: "X"
	Pictures, GIFs, Videos Limit
}

// Limit is what a network takes of one kind. A zero sets no limit, except Count's.
type Limit struct {
	Count         int      // in one post; 0: it takes none
	Types         []string // MIME types. Of pictures, those Fit may make: JPEG, PNG
	Bytes         int
	Width, Height int
	Pixels        int // width times height
	Least         int // pixels of the shorter side
	Frames        int
	Duration      time.Duration
}

// Together tells whether one post may carry all of these.
func (r Rules) Together(all []Info) error {
	for n, i := range all {
		l := r.limit(i.Kind)
		switch {
		case l.Count == 0:
			return r.useless(i)
		case i.Kind != Picture && len(all) > 1:
			return &Problem{i.Name, fmt.Sprintf("is not the only file, and %s wants %ss alone", r.Who, i.Kind), "take out the others"}
		case n >= l.Count:
			return &Problem{i.Name, "is one picture too many", fmt.Sprintf("%s takes %d", r.Who, l.Count)}
		}
	}
	return nil
}

func (r Rules) limit(k Kind) Limit {
	switch k {
	case GIF:
		return r.GIFs
	case Video:
		return r.Videos
	}
	return r.Pictures
}

// check compares a file that is sent as it is, or as Fit has made it.
func (r Rules) check(i Info) error {
	l := r.limit(i.Kind)
	wrong := func(format string, args ...any) error {
		return &Problem{i.Name, fmt.Sprintf(format, args...), ""}
	}
	switch {
	case l.Count == 0:
		return r.useless(i)
	case !slices.Contains(l.Types, i.Type):
		return wrong("is %s, which %s doesn't take", article(formats[i.Type].name), r.Who)
	case l.Bytes > 0 && i.Bytes > l.Bytes:
		return wrong("has %s; %s takes %ss of %s", size(i.Bytes), r.Who, i.Kind, size(l.Bytes))
	case l.Width > 0 && i.Width > l.Width, l.Height > 0 && i.Height > l.Height:
		return wrong("has %d×%d pixels; %s takes %ss of %d×%d", i.Width, i.Height, r.Who, i.Kind, l.Width, l.Height)
	case l.Pixels > 0 && i.Width*i.Height > l.Pixels:
		return wrong("has %d×%d pixels; %s takes %ss of %d megapixels", i.Width, i.Height, r.Who, i.Kind, l.Pixels/1_000_000)
	case min(i.Width, i.Height) < l.Least:
		return wrong("has %d×%d pixels; %s wants %d on each side", i.Width, i.Height, r.Who, l.Least)
	case l.Frames > 0 && i.Frames > l.Frames:
		return wrong("has %d frames; %s takes %d", i.Frames, r.Who, l.Frames)
	case l.Duration > 0 && i.Duration > l.Duration:
		return wrong("lasts %v; %s takes %v", i.Duration.Round(time.Second/10), r.Who, l.Duration)
	}
	return nil
}

// useless is the problem of a file of a kind that the network doesn't take.
func (r Rules) useless(i Info) error {
	return &Problem{i.Name, fmt.Sprintf("can't be posted on %s, which takes no %ss", r.Who, i.Kind), ""}
}

// size is a number of bytes for people.
func size(bytes int) string {
	switch {
	case bytes < 10_000:
		return fmt.Sprintf("%d bytes", bytes)
	case bytes < 1_000_000:
		return fmt.Sprintf("%g KB", math.Round(float64(bytes)/100)/10)
	}
	return fmt.Sprintf("%g MB", math.Round(float64(bytes)/1e4)/100)
}
