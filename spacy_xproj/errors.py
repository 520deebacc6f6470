"""The one exception that this package raises on purpose."""


class XprojError(ValueError):
    """Something that the user can put right. The message is one line: what, where (file, line), remedy. What it quotes
    of a file may have ends of lines; they become spaces.

    message (str): the message.
    """

    def __init__(self, message: str):
        super().__init__(" ".join(str(message).splitlines()))
