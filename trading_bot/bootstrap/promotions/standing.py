"""Whether every strategy that is enabled has a promotion that holds for it as it is now."""

from collections.abc import Iterator
from dataclasses import dataclass

from trading_bot.bootstrap.fingerprints import Fingerprints, StrategyPrint, fingerprints
from trading_bot.bootstrap.places import promotions_folder
from trading_bot.bootstrap.promotions.files import Promoted, Promotion, read_promotions
from trading_bot.domain.errors import SettingsError
from trading_bot.report.check_line import CheckLine, doubtful, failed, passed
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

FIX = "test it with what it will trade: python main.py promote --data DIR"
_LINE = "promotion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What promotions say of the strategies that are enabled."""

    held: tuple[str, ...]
    """Strategies whose promotion holds, each with its file."""
    doubts: tuple[str, ...]
    """Why it does not, for each other one."""


def standing(settings: Settings) -> Standing:
    """Look at the promotions. Raises SettingsError for a strategy that is not there."""
    prints = fingerprints(settings)
    promotions, unreadable = read_promotions(promotions_folder(settings))
    held, doubts = [], []
    for one in prints.strategies:
        newest = next(_about(one.name, promotions, {each.name for each in prints.strategies}), None)
        if newest is None:
            doubts.append(f"strategy {one.name} was never promoted")
            continue
        reasons = "; ".join(_reasons(newest, one, prints, settings))
        if reasons:
            doubts.append(f"strategy {one.name}: {newest.path.name}: {reasons}")
        else:
            held.append(f"{one.name} on {newest.written_at:%Y-%m-%d}")
    return Standing(held=tuple(held), doubts=(*doubts, *(unreadable if doubts else ())))


def require_promotion(settings: Settings, found: Standing) -> None:
    """Raise SettingsError when promotions are demanded and one is missing or does not hold."""
    if settings.live.require_promotion and found.doubts:
        raise SettingsError(
            f"live.require_promotion is yes, and {'; '.join(found.doubts)}.\n  fix: {FIX}, "
            "or set live.require_promotion = false"
        )


def promotion_line(settings: Settings) -> CheckLine:
    """The line of `check`."""
    if settings.mode is not Mode.LIVE:
        return passed(_LINE, f"not needed in mode {settings.mode}")
    try:
        found = standing(settings)
    except SettingsError as error:
        return failed(_LINE, str(error), "mend run.strategies", SettingsError.exit_code)
    if not found.doubts:
        return passed(_LINE, ", ".join(found.held))
    text = "; ".join(found.doubts)
    if settings.live.require_promotion:
        return failed(_LINE, text, FIX, SettingsError.exit_code)
    return doubtful(_LINE, text, FIX)


def _about(name: str, promotions: tuple[Promotion, ...], enabled: set[str]) -> Iterator[Promotion]:
    """Promotions in which the strategy was tested, and with it none that is not enabled."""
    for promotion in promotions:
        names = {one.name for one in promotion.strategies}
        if name in names and names <= enabled:
            yield promotion


def _reasons(
    promotion: Promotion, now: StrategyPrint, prints: Fingerprints, settings: Settings
) -> Iterator[str]:
    (then,) = (one for one in promotion.strategies if one.name == now.name)
    if not promotion.is_intact:
        yield "the file was changed after it was written"
    if not promotion.passed:
        yield f"did not pass ({', '.join(promotion.failed) or 'no reason given'})"
    yield from promotion.objections
    yield from _differences(then, now)
    if promotion.risk_hash != prints.risk_hash:
        yield "the settings of risk are others than those that were tested"
    untested = _untested(promotion, settings)
    if untested:
        yield f"not tested on {', '.join(untested)}"


def _differences(then: Promoted, now: StrategyPrint) -> Iterator[str]:
    if then.settings_hash != now.settings_hash:
        yield "its settings are others than those that were tested"
    if then.code_hash != now.code_hash:
        yield "its code is another than the one that was tested"


def _untested(promotion: Promotion, settings: Settings) -> list[str]:
    """Symbols to trade that were not in the test; what is named by its key cannot be told."""
    wanted = settings.run.symbols or (settings.run.default_symbol,)
    tested = {_plain(symbol) for symbol in promotion.symbols}
    return [symbol for symbol in wanted if "|" not in symbol and _plain(symbol) not in tested]


def _plain(symbol: str) -> str:
    return symbol.upper().removesuffix(".NS").removesuffix(".BO")
