"""The first of panic's two steps: a code that works once, for the one who asked, for half a minute."""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

VALID_S = 30
_CODE_BYTES = 6
_MOST_CODES = 100


@dataclass(slots=True)
class PanicCodes:
    """At most one code for each who asks; a wrong try spends it."""

    now_s: Callable[[], float]
    _codes: OrderedDict[str, tuple[str, float]] = field(default_factory=OrderedDict)

    def prepare(self, owner: str) -> str:
        """A fresh code; an earlier one of the same owner is void."""
        code = secrets.token_hex(_CODE_BYTES)
        self._codes.pop(owner, None)
        self._codes[owner] = (code, self.now_s())
        while len(self._codes) > _MOST_CODES:
            self._codes.popitem(last=False)
        return code

    def spend(self, owner: str, code: str) -> bool:
        """Whether the code is the owner's and in time; it is gone either way."""
        known, made_at_s = self._codes.pop(owner, ("", 0.0))
        is_same = hmac.compare_digest(known.encode(), code.encode())
        return bool(known) and is_same and self.now_s() - made_at_s <= VALID_S
