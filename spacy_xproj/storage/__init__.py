"""Files and directories that are never half written, and whose they are; the journal of a run that can go on."""
