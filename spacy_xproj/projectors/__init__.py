"""Projectors: a bitext with labels on its source to labels on its target."""

from .apply import apply_projection
from .default import load_projector

__all__ = ["apply_projection", "load_projector"]
