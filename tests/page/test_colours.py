"""Every text can be read on every ground it stands on, by day and by night."""

import re

import pytest

from tests.fakes.page_daemon import PAGE

_GROUNDS = {
    "ink": "panel ground button good-tint warn-tint alarm-tint gain-tint loss-tint",
    "muted": "panel ground gain-tint loss-tint warn-tint",
    "gain": "panel gain-tint",
    "loss": "panel loss-tint",
    "good": "panel",
    "warn": "panel warn-tint button",
    "alarm": "panel alarm-tint",
    "accent": "panel ground",
    "on-alarm": "alarm-fill",
    **{f"line-{number}": "panel" for number in range(1, 7)},
}
_PAIRS = [(text, ground) for text, grounds in _GROUNDS.items() for ground in grounds.split()]


def _colours(scheme):
    by_day, by_night = (PAGE / "css" / "theme.css").read_text().split("@media", 1)
    found = dict(re.findall(r"--([\w-]+): (#\w{6})", by_day))
    return found if scheme == "light" else found | dict(re.findall(r"--([\w-]+): (#\w{6})", by_night))


def _luminance(colour):
    """As WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_have_enough_contrast(scheme):
    colours = _colours(scheme)
    too_faint = []
    for text, ground in _PAIRS:
        dark, bright = sorted((_luminance(colours[text]), _luminance(colours[ground])))
        contrast = (bright + 0.05) / (dark + 0.05)
        if contrast < 4.5:
            too_faint.append((text, ground, round(contrast, 2)))
    assert too_faint == []
