"""The formats that labelled corpora come in, one file a format."""
