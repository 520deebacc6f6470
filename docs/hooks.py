"""What MkDocs does with a page before it is rendered."""

from typing import Any


def on_page_markdown(markdown: str, **kwargs: Any) -> str:
    """Take the link to the file off the section that `spacy project document` writes: the site does not have it."""
    return markdown.replace("[`project.yml`](project.yml)", "`project.yml`")
