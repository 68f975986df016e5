"""Reading the dated market rules from the TOML files of config/market."""

from pathlib import Path
from typing import Any

from pydantic import Field

from trading_bot.adapters.kept_toml import checked, read_toml
from trading_bot.domain.costs.charges import ChargeSchedule
from trading_bot.domain.costs.rates import LIST_PLAN, ChargeFacts
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.rules.breakers import BreakerRow
from trading_bot.domain.rules.calendar import Calendar, CalendarFacts
from trading_bot.domain.rules.contract_rules import ContractFacts, ContractRules
from trading_bot.domain.rules.corporate_actions import ActionFacts, CorporateActions
from trading_bot.domain.rules.dated import refuse_overlaps
from trading_bot.domain.rules.expiry import ExpiryRow, ExpiryRules
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.domain.rules.session import HoursRow
from trading_bot.domain.section import Section

MARKET_FOLDER = Path(__file__).resolve().parents[2] / "config" / "market"
"""The rules that come with the project."""

_CALENDAR = "calendar.toml"
_CLOSURES = "closures_2000_2023.toml"
_OVERRIDES = "overrides.toml"
_SESSIONS = "sessions.toml"
_EXPIRIES = "expiries.toml"
_CONTRACTS = "contracts.toml"
_CHARGES = "charges.toml"
_BREAKERS = "breakers.toml"
_ACTIONS = "corporate_actions.toml"


class _Sessions(Section):
    hours: tuple[HoursRow, ...] = Field(min_length=1)


class _Expiries(Section):
    expiries: tuple[ExpiryRow, ...] = Field(min_length=1)


class _Breakers(Section):
    breakers: tuple[BreakerRow, ...] = Field(min_length=1)


def load_market_rules(folder: Path = MARKET_FOLDER, *, brokerage_plan: str = LIST_PLAN) -> MarketRules:
    """Read and check every rule file of a folder.

    Raises SettingsError that names the file, the key, the value and what is allowed there.
    """
    calendar = load_calendar(folder)
    expiries = checked(folder / _EXPIRIES, _Expiries, _parsed(folder / _EXPIRIES))
    contracts = checked(folder / _CONTRACTS, ContractFacts, _parsed(folder / _CONTRACTS))
    charges = checked(folder / _CHARGES, ChargeFacts, _parsed(folder / _CHARGES))
    try:
        expiry_rules = ExpiryRules(expiries.expiries, calendar)
    except ValueError as error:
        raise SettingsError(f"{folder / _EXPIRIES}: {error}") from error
    try:
        contract_rules = ContractRules(contracts)
    except ValueError as error:
        raise SettingsError(f"{folder / _CONTRACTS}: {error}") from error
    return MarketRules(
        calendar=calendar,
        expiries=expiry_rules,
        contracts=contract_rules,
        charges=ChargeSchedule(charges, brokerage_plan),
        breakers=_breakers(folder / _BREAKERS),
    )


def _breakers(path: Path) -> tuple[BreakerRow, ...]:
    rows = checked(path, _Breakers, _parsed(path)).breakers
    try:
        refuse_overlaps(rows, "market-wide breakers")
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from error
    return rows


def load_corporate_actions(folder: Path = MARKET_FOLDER) -> CorporateActions:
    """Read the splits, bonuses and rights; apart from the rules, since no trading day needs them.

    Raises SettingsError.
    """
    path = folder / _ACTIONS
    try:
        return CorporateActions(checked(path, ActionFacts, _parsed(path)))
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from error


def load_calendar(folder: Path = MARKET_FOLDER) -> Calendar:
    """Read the trading days and their hours alone. Raises SettingsError."""
    facts = checked(folder / _CALENDAR, CalendarFacts, _calendar_tables(folder))
    sessions = checked(folder / _SESSIONS, _Sessions, _parsed(folder / _SESSIONS))
    try:
        return Calendar(facts, sessions.hours)
    except ValueError as error:
        raise SettingsError(f"{folder / _SESSIONS}: {error}") from error


def _calendar_tables(folder: Path) -> dict[str, Any]:
    """The calendar with the closures, and with the overrides after them, so that these win."""
    tables = _parsed(folder / _CALENDAR)
    for name in (_CLOSURES, _OVERRIDES):
        if name == _OVERRIDES and not (folder / name).exists():
            continue
        for key, rows in _parsed(folder / name).items():
            if not isinstance(rows, list):
                raise SettingsError(
                    f"{folder / name}: {key}: only lists of tables belong here: "
                    "[[holidays]], [[closures]] or [[special_sessions]]"
                )
            tables[key] = [*tables.get(key, []), *rows]
    return tables


def _parsed(path: Path) -> dict[str, Any]:
    return read_toml(path, if_missing=": restore it from the project, or name a folder that has it").tables
