"""Reads a page as a browser would: its elements and attributes, and whether each element is closed."""

from html.parser import HTMLParser

_VOID = {"meta", "img", "source", "br"}


class Outline(HTMLParser):
    """Collects elements and attributes and checks that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.names.append(tag)
        self.attributes += attrs
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Close the element that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Note what a reader sees."""
        self.texts.append(data)


def outline_of(page: str) -> Outline:
    """The outline of a page whose elements are all closed."""
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    return outline
