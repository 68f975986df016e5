"""`history`: whether folders of candles are sound."""

import json
from dataclasses import replace

from trading_bot.adapters.history.quality import Checks, check_folders
from trading_bot.adapters.history.quality.rendering import quality_document, quality_text
from trading_bot.adapters.market_rules import load_corporate_actions, load_market_rules
from trading_bot.domain.rules.contract_rules import TickKind
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.settings.options import HistoryQuestion


def quality_report(question: HistoryQuestion, *, as_json: bool) -> tuple[str, bool]:
    """The report on folders, as text or JSON, and whether nothing in them is refused."""
    checks = replace(
        history_checks(load_market_rules()),
        symbols=question.symbols,
        first=question.first_on,
        last=question.last_on,
    )
    reports = check_folders(question.folders, checks, question.against)
    is_sound = not any(report.is_refused for report in reports)
    if as_json:
        return json.dumps(quality_document(reports), indent=2), is_sound
    return quality_text(reports, with_notes=question.with_notes), is_sound


def history_checks(rules: MarketRules) -> Checks:
    """What every history is compared with: the calendar, the price steps in force, and splits on record."""
    return Checks(
        calendar=rules.calendar,
        splits_of=load_corporate_actions().splits_of,
        tick_size_of=lambda close, on: rules.contracts.tick_size(TickKind.SHARE, close, on),
    )
