"""Files that are never half written, locks, and results that an interrupted run goes on from."""
