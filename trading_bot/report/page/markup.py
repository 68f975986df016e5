"""HTML that escapes whatever is not HTML already, so that no text from outside can become markup."""

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Html:
    """Finished markup; only this module's functions and fixed templates make it."""

    text: str


Child = Html | str | None


def element(name: str, /, *children: Child, **attributes: str | None) -> Html:
    """An element; text is escaped, None is left out. ``class_`` and ``data_label`` become attribute names."""
    names = (
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{''.join(names)}>{joined(*children).text}</{name}>")


def joined(*children: Child) -> Html:
    """Several pieces after each other."""
    return Html("".join(_markup(child) for child in children))


def image(source: str, description: str, *, narrow_source: str | None = None) -> Html:
    """A picture with its description for those who cannot see it, and perhaps another one for phones."""
    picture = Html(f'<img src="{escape(source)}" alt="{escape(description)}">')
    if narrow_source is None:
        return picture
    narrow = Html(f'<source media="(max-width: 46rem)" srcset="{escape(narrow_source)}">')
    return element("picture", narrow, picture)


def _markup(child: Child) -> str:
    if child is None:
        return ""
    return child.text if isinstance(child, Html) else escape(child)
