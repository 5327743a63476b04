package kit

// Gallery are files, good and bad ones.
func (s *Shop) Gallery() {
	s.FourFiles()
	s.Write("campaigns/p/5.jpg", AsJPEG(Painted(20, 20)))
	s.Write("campaigns/p/move.gif", MovingGIF(3))
	s.Write("campaigns/p/still.gif", MovingGIF(1))
	s.Write("campaigns/p/film.mp4", Film(3))
	s.Write("campaigns/p/long.mp4", Film(200))
	s.Write("campaigns/p/named.png", AsJPEG(Painted(20, 20)))
	s.Write("campaigns/p/cut.jpg", AsJPEG(Painted(200, 200))[:3000])
	s.Write("campaigns/p/note.png", "The banner comes tomorrow.")
	broken := []byte(AsPNG(Painted(64, 64)))
	broken[len(broken)/2] ^= 1
	s.Write("campaigns/p/broken.png", string(broken))
}
