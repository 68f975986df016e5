"""One spelling for every value: the JSON text that is hashed, compared and replayed byte for byte."""

import json
from decimal import Decimal
from enum import Enum


def canonical_json(value: object) -> str:
    """JSON text with sorted keys and without spaces; Decimals become strings, so no digit is lost.

    Raises ValueError for NaN and infinities, TypeError for what has no JSON form.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
    )


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return _decimal_text(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} has no canonical form")
    return format(value, "f")
