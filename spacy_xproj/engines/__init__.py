"""Engines: the batches of a stage in one process, in several on this machine, or on a Ray cluster."""
