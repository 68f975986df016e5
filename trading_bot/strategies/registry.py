"""Strategies by name: those of installed packages, found through entry points, and our own."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, cast

from pydantic import ValidationError

from trading_bot.domain.errors import SettingsError
from trading_bot.domain.section import Section
from trading_bot.strategies.strategy import Strategy

GROUP = "trading_bot.strategies"
_BUILT_IN = (
    EntryPoint("confluence", "trading_bot.strategies.confluence:Confluence", GROUP),
    EntryPoint("ema_cross", "trading_bot.strategies.ema_cross:EmaCross", GROUP),
)

StrategyFactory = Callable[[Mapping[str, object]], Strategy]


class StrategyType(Protocol):
    """What a strategy's class declares: the type of its settings, of which it is made."""

    settings_type: type[Section]

    def __call__(self, settings: Any) -> Strategy:
        """Return the strategy with these settings, an object of `settings_type`."""
        ...


def strategy_factory(name: str, installed: Iterable[EntryPoint] | None = None) -> StrategyFactory:
    """Return what makes the named strategy from a mapping of its settings.

    The name is that of an entry point, or `module:Class` of a module on the import path. `installed` stands
    in for the entry points of the environment. Raises SettingsError when there is no such strategy or it
    cannot be loaded; so does the factory, when the settings do not fit.
    """
    strategy_type = _loaded(_entry_point(name, installed))

    def made(settings: Mapping[str, object]) -> Strategy:
        return strategy_type(_validated(name, strategy_type.settings_type, settings))

    return made


def _by_name(installed: Iterable[EntryPoint] | None) -> dict[str, EntryPoint]:
    found = {entry.name: entry for entry in _BUILT_IN}
    for entry in entry_points(group=GROUP) if installed is None else installed:
        other = found.setdefault(entry.name, entry)
        if other.value != entry.value:
            raise SettingsError(
                f"two installed strategies are called {entry.name!r}: {other.value} and {entry.value};"
                " uninstall one of them, or name one as module:Class"
            )
    return found


def _entry_point(name: str, installed: Iterable[EntryPoint] | None) -> EntryPoint:
    if ":" in name:
        return EntryPoint(name, name, GROUP)
    known = _by_name(installed)
    if name in known:
        return known[name]
    close = get_close_matches(name, known)
    hint = f"did you mean {' or '.join(close)}?" if close else f"installed are: {', '.join(sorted(known))}"
    raise SettingsError(f"there is no strategy called {name!r}; {hint}")


def _loaded(entry: EntryPoint) -> StrategyType:
    try:
        loaded = entry.load()
    except (ImportError, AttributeError, SyntaxError) as error:
        raise SettingsError(
            f"strategy {entry.name!r} cannot be loaded from {entry.value}: {error};"
            " check that the package is installed and that its entry point names module:Class"
        ) from error
    settings_type = getattr(loaded, "settings_type", None)
    if not (isinstance(settings_type, type) and issubclass(settings_type, Section)):
        raise SettingsError(
            f"strategy {entry.name!r}: {entry.value} does not declare settings_type, a subclass of Section"
        )
    return cast("StrategyType", loaded)


def _validated(name: str, settings_type: type[Section], settings: Mapping[str, object]) -> Section:
    try:
        return settings_type.model_validate(dict(settings))
    except ValidationError as error:
        complaints = "; ".join(_complaint(detail, settings_type) for detail in error.errors())
        raise SettingsError(f"strategy {name!r}: {complaints}") from error


def _complaint(detail: Mapping[str, Any], settings_type: type[Section]) -> str:
    key = ".".join(str(part) for part in detail["loc"])
    message = str(detail["msg"]).removeprefix("Value error, ")
    if not key:
        return message
    if detail["type"] == "extra_forbidden":
        close = get_close_matches(key, settings_type.model_fields)
        return f"unknown key {key}" + (f", did you mean {' or '.join(close)}?" if close else "")
    return f"{key} = {detail['input']!r}: {message}{_allowed(settings_type, str(detail['loc'][0]))}"


def _allowed(settings_type: type[Section], key: str) -> str:
    """The range that a setting may have, as its constraints state it."""
    signs = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
    limits = [
        f"{words} {getattr(constraint, attribute)}"
        for constraint in settings_type.model_fields[key].metadata
        for attribute, words in signs.items()
        if hasattr(constraint, attribute)
    ]
    return f" (allowed: {', '.join(limits)})" if limits else ""
