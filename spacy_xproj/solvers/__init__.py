"""Solvers: the best set of matches under the constraints."""
