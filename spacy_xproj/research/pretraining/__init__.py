"""Continuing an encoder with pictures, and the same without them: a matched pair that anyone can make."""
