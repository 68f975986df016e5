"""Messages without amounts: what goes through others' hands says what happened, not how much of it.

Texts quote the broker and errors, so a number is left out unless its surroundings say that it is none of
rupees, prices, quantities or results: a time, a duration, a count of things, the name of something.
"""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trading_bot.adapters.alerts.held import Letter
from trading_bot.adapters.alerts.sending import Sender
from trading_bot.engine.inputs import OperatorWish

if TYPE_CHECKING:
    from trading_bot.adapters.alerts.telegram import Answers

LEFT_OUT = "…"

_NUMBER = r"\d+(?:,\d+)*(?:\.\d+)?"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_MONEY = r"(?:rs|inr|qty|nos?|units?|shares?|lots?|lakhs?|lacs?|crores?|cr|paise)"
_UNITS = r"ms|s|sec|seconds?|min|minutes?|h|hours?|days?|sessions?|[kKMG]B"
_THINGS = (
    r"trades|positions|orders|prices|times|calls|messages|candles|signals|symbols?|tries|failures|rows|tasks|"
    r"threads|descriptors|won|restarts|in a row|more (?:of|times)|and \d+ more"
)
_OF_THINGS = r"(?:(?:losing|winning|open|closed|info|warning|critical) )?"
_LABELS = (
    r"trade|epoch|schemas?(?: up to)?|row|process|pid|version|alerts|channel|chat|answered|HTTP|exit|code|"
    r"errno|port|line|Nifty|stage|score"
)

_HARMLESS = (
    rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}} {_MONTH}(?: \d{{4}})?\b",
    r"\b[0-2]?\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?\b",
    r"\b\d+(?:\.\d+){2,}(?::\d+)?\b",  # a version, an address
    r"\b[a-z]+-\d{8}-\d{6}\b",  # a run
    r"\b\d{12,}\b",  # an order at the broker
    rf"\b(?:{_LABELS})[ :=]+[+-]?\d+(?:\.\d+)?\b(?![\d,.]*\d|%|\s*@|\s+{_MONEY}\b)",
    rf"\b\d+(?: of \d+)? ?{_OF_THINGS}(?:{_THINGS})\b",
    rf"(?<![\d.,]){_NUMBER}(?: of {_NUMBER})? ?(?:{_UNITS})\b",
    rf"\b(?!(?:{_MONEY}|x)\d)[^\W\d]\w*",  # a word, an instrument, a tag
    rf"(?<![\d.,])\b\d+(?!\d|{_MONEY}\b|x\d)[^\W\d]\w*\b",  # the same, when it begins with a digit
)
_PARTS = re.compile(rf"(?P<harmless>{'|'.join(_HARMLESS)})|[+-]?{_NUMBER}%?", re.IGNORECASE)


def without_amounts(text: str) -> str:
    """A text with every number left out that may be an amount."""
    return _PARTS.sub(lambda found: found["harmless"] or LEFT_OUT, text)


@dataclass(frozen=True, slots=True)
class DiscreetSender:
    """A channel whose letters carry no amounts, whoever wrote them."""

    sender: Sender

    async def send(self, letter: Letter) -> None:
        """Return once the receiver has it. Raises NotTakenError."""
        await self.sender.send(_discreet(letter))

    def send_blocking(self, letter: Letter) -> None:
        """The same for a thread of one's own. Raises NotTakenError."""
        self.sender.send_blocking(_discreet(letter))


def _discreet(letter: Letter) -> Letter:
    return replace(letter, text=without_amounts(letter.text))


@dataclass(frozen=True, slots=True)
class DiscreetAnswers:
    """The same answers without amounts: they go the way that alerts go."""

    answers: "Answers"

    def status(self) -> str:
        """What the daemon does."""
        return without_amounts(self.answers.status())

    def positions(self) -> str:
        """What is held."""
        return without_amounts(self.answers.positions())

    async def why(self, symbol: str, at_ms: int | None) -> str:
        """Why a symbol was traded or not."""
        return without_amounts(await self.answers.why(symbol, at_ms))

    async def carry_out(self, wish: OperatorWish) -> str:
        """What became of a wish."""
        return without_amounts(await self.answers.carry_out(wish))
