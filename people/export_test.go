package people

// PartsOf makes lists be sealed, checked and entered in parts of n rows.
func (s *Service) PartsOf(n int) { s.part = n }
