"""Word aligners: which source word corresponds to which target word."""
