"""CODEC: projection by the most probable placement of markers in a given target."""
