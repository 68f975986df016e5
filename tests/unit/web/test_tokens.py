import pytest
from pydantic import SecretStr, ValidationError

from trading_bot.domain.errors import SettingsError
from trading_bot.web.settings import WebSettings
from trading_bot.web.tokens import tokens_of

LONG = SecretStr("x" * 32)


def test_the_first_start_makes_tokens_that_only_the_owner_can_read(tmp_path):
    """V18."""
    file = tmp_path / "data" / "web_tokens.toml"

    made = tokens_of(WebSettings(), file)

    assert file.stat().st_mode & 0o777 == 0o600
    assert len(set(made.texts)) == 2
    assert all(len(text) >= 43 for text in made.texts)
    assert tokens_of(WebSettings(), file) == made


def test_the_tokens_are_not_in_their_printed_form(tmp_path):
    """Fault 115."""
    made = tokens_of(WebSettings(), tmp_path / "tokens.toml")

    assert not any(text in repr(made) for text in made.texts)


def test_a_configured_token_wins_and_only_the_other_is_made(tmp_path):
    tokens = tokens_of(WebSettings(operator_token=LONG), tmp_path / "tokens.toml")

    assert tokens.operator == LONG
    assert tokens.read_only.get_secret_value() in (tmp_path / "tokens.toml").read_text()


def test_with_both_configured_no_file_is_made(tmp_path):
    tokens_of(WebSettings(operator_token=LONG, read_only_token=SecretStr("y" * 32)), tmp_path / "tokens.toml")

    assert not (tmp_path / "tokens.toml").exists()


def test_one_token_for_both_roles_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="same"):
        tokens_of(WebSettings(operator_token=LONG, read_only_token=LONG), tmp_path / "tokens.toml")


def test_a_short_token_is_refused():
    with pytest.raises(ValidationError):
        WebSettings(operator_token=SecretStr("short"))


def test_a_file_that_others_can_read_is_refused(tmp_path):
    """Fault 116."""
    file = tmp_path / "tokens.toml"
    tokens_of(WebSettings(), file)
    file.chmod(0o644)

    with pytest.raises(SettingsError, match="chmod 600"):
        tokens_of(WebSettings(), file)


@pytest.mark.parametrize(
    "text",
    ["", "not toml", 'operator = "x"', 'operator = "x"\nread_only = "y"', "operator = 1\nread_only = 2"],
)
def test_a_file_that_holds_no_tokens_is_refused(tmp_path, text):
    file = tmp_path / "tokens.toml"
    file.write_text(text)
    file.chmod(0o600)

    with pytest.raises(SettingsError, match="delete it"):
        tokens_of(WebSettings(), file)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingsError, match="cannot be written"):
        tokens_of(WebSettings(), tmp_path / "file" / "tokens.toml")
