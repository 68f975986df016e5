"""What identifies the settings of a run does not know of shadows."""

from trading_bot.bootstrap.daemon import settings_hash
from trading_bot.settings.tree import Settings


def test_a_shadow_is_no_change_of_the_settings_that_trade():
    """A restart would tell a person that they are others."""
    shadowed = Settings(shadow={"strict": {"confluence": {"threshold": 0.9}}})

    assert settings_hash(shadowed) == settings_hash(Settings())
    assert settings_hash(Settings(confluence={"threshold": 0.9})) != settings_hash(Settings())
