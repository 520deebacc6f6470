"""The one exception that this package raises on purpose."""


class XprojError(ValueError):
    """Something that the user can put right. The message is one line: what, where (file, line), remedy."""
