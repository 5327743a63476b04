package kit

// FourFiles are a turned photo and others.
func (s *Shop) FourFiles() {
	s.Write("campaigns/p/1.jpg", turnedPhoto(Painted(64, 32)))
	s.Write("campaigns/p/2.png", AsPNG(Painted(40, 40)))
	s.Write("campaigns/p/3.jpg", AsJPEG(Painted(50, 30)))
	s.Write("campaigns/p/4.jpg", AsJPEG(Painted(30, 50)))
}
