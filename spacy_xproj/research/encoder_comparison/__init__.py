"""The comparison of encoders: the same students on each of them, and what the differences are worth."""
