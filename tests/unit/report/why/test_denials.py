import re
from pathlib import Path

import trading_bot
from trading_bot.report.why.denials import REASONS, reason_of
from trading_bot.settings.tree import Settings

SOURCES = Path(trading_bot.__file__).parent
CODES = re.compile(r'Denied\(\s*"(\w+)"')


def test_every_reason_of_the_rules_has_words():
    texts = [
        path.read_text("utf-8") for part in ("engine", "risk") for path in (SOURCES / part).rglob("*.py")
    ]
    codes = {code for text in texts for code in CODES.findall(text)}

    assert len(codes) > 20
    assert codes - REASONS.keys() == set()


def test_halts_have_words_for_each_scope():
    assert {"halted_entries", "halted_instrument", "halted_strategy"} <= REASONS.keys()


def test_every_setting_that_is_named_exists():
    for reason in REASONS.values():
        section = Settings()
        for name in reason.setting.split(".") if reason.setting else ():
            section = getattr(section, name)


def test_a_reason_of_a_later_version_is_told_plainly():
    assert reason_of("of_tomorrow").words == "the risk rules said no"
