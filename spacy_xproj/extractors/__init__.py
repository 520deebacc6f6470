"""Candidate extractors: target spans that an entity may be matched with."""
