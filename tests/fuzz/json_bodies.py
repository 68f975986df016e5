"""JSON bodies, spoiled in their structure, in their values, or in their text."""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

_MARK = "@@raw@@"
_RAW_NUMBERS = ("1e999999999", "1E-999999999", "0e-999999999", "-0.0", "1e400", "9" * 400)
"""Numbers that only a text can hold."""
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 0.5, -0.01, 10**12, 2**63, 10**30, "", " ", "NA", "0", "-1", "1e5", "ten",
    "\ud800", "\x00", "\u202e", "complete", "cancelled", "rejected", "open", "modified", "success", "error",
    "<script>alert(1)</script>", "x" * 5_000, [], {}, [[]], [None], {"": None},
)  # fmt: skip
_CODES = ("UDAPI100050", "UDAPI1052", "UDAPI100010", "UDAPI10005", "UDAPI999999", "", None)


def spoiled(document: Any, others: list[Any], chance: Random) -> bytes:
    """Return the document as text, with one to three of its places spoiled."""
    spoilt = [deepcopy(document)]
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        places = list(_places(spoilt))
        if places:
            _spoil(*chance.choice(places), others, chance)
    text = json.dumps(spoilt[0] if spoilt else None)
    while _MARK in text:
        text = text.replace(f'"{_MARK}"', chance.choice(_RAW_NUMBERS), 1).replace(_MARK, "", 1)
    return _torn(text.encode(), chance)


def _spoil(holder: Any, at: Any, others: list[Any], chance: Random) -> None:
    old = holder[at]
    match chance.randrange(8):
        case 0:
            del holder[at]
        case 1 if isinstance(holder, list):
            holder.insert(at, deepcopy(old))
        case 1:
            holder[chance.choice(("new_field", str(at).upper(), f"{at} "))] = holder.pop(at)
        case 2 if isinstance(old, int | float):
            holder[at] = chance.choice((str(old), -old, old * 1e9, old + 0.5))
        case _:
            strangers = (_MARK, chance.choice(_CODES), chance.choice(others), [old], {"data": old})
            holder[at] = deepcopy(chance.choice((*strangers, *chance.choices(_VALUES, k=5))))


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a document as its holder and key or index."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for at, child in children:
        yield node, at
        yield from _places(child)


def _torn(body: bytes, chance: Random) -> bytes:
    match chance.randrange(20):
        case 0:
            return body[: chance.randint(0, len(body))]
        case 1:
            at = chance.randint(0, len(body))
            return body[:at] + bytes(chance.randrange(256) for _ in range(3)) + body[at:]
        case 2:
            return chance.choice(
                (b"", b"<html>busy</html>", b"[" * 50_000, b"\xef\xbb\xbf" + body, body + body)
            )
    return body
