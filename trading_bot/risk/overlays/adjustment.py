"""What overlays ask for, and the strictest of it all. Nothing here can loosen: limits are part of the sum."""

from collections.abc import Sequence

from trading_bot.domain.values import dataclass
from trading_bot.risk.overlays.settings import Tightening


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One overlay's word on one instrument at one moment."""

    overlay: str
    """Which one: vix, events or circuits."""
    reason: str
    """Why, with the numbers."""
    rule: Tightening
    """What follows from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What all overlays together ask for, and who spoke."""

    threshold_raise: float = 0.0
    """Added to the score that a signal needs."""
    size_factor: float = 1.0
    stop_factor: float = 1.0
    """Of the stop's distance; the size shrinks with it."""
    leverage_factor: float = 1.0
    refusal: Spoken | None = None
    """The first that allows no entries at all."""
    spoken: tuple[Spoken, ...] = ()

    @property
    def is_neutral(self) -> bool:
        """Whether nothing is asked for."""
        return not self.spoken


NEUTRAL = Adjustment()


def strictest(words: Sequence[Spoken]) -> Adjustment:
    """Combine words: of each demand the strictest. A word without any demand is left out."""
    spoken = tuple(word for word in words if not word.rule.is_neutral)
    if not spoken:
        return NEUTRAL
    rules = [word.rule for word in spoken]
    return Adjustment(
        threshold_raise=max(0.0, *(rule.tighten_threshold for rule in rules)),
        size_factor=min(1.0, *(rule.size_factor for rule in rules)),
        stop_factor=max(1.0, *(rule.stop_factor for rule in rules)),
        leverage_factor=min(1.0, *(rule.leverage_factor for rule in rules)),
        refusal=next((word for word in spoken if word.rule.no_entries), None),
        spoken=spoken,
    )


def demands(rule: Tightening) -> str:
    """What a rule asks for, in words."""
    parts = (
        (rule.no_entries, "no entries"),
        (rule.tighten_threshold > 0, f"threshold +{rule.tighten_threshold:g}"),
        (rule.size_factor < 1, f"size x{rule.size_factor:g}"),
        (rule.stop_factor > 1, f"stop x{rule.stop_factor:g}"),
        (rule.leverage_factor < 1, f"leverage x{rule.leverage_factor:g}"),
    )
    return ", ".join(text for is_asked, text in parts if is_asked) or "nothing"
