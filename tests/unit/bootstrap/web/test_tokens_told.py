from trading_bot.bootstrap.modes import _dashboard_tokens
from trading_bot.settings.tree import Settings

OWN = {"operator_token": "o" * 32, "read_only_token": "r" * 32}


def said(capsys, tmp_path, **web):
    _dashboard_tokens(Settings(run={"data_dir": tmp_path}, web={"enabled": True, **web}))
    return capsys.readouterr().out


def test_each_start_says_where_the_tokens_are_and_never_what_they_are(capsys, tmp_path):
    expected = f"dashboard: its tokens are in {tmp_path}/web_tokens.toml (mode 600)\n"

    assert said(capsys, tmp_path) == expected
    assert said(capsys, tmp_path) == expected


def test_tokens_of_ones_own_are_in_no_file(capsys, tmp_path):
    assert said(capsys, tmp_path, **OWN) == ""
    assert list(tmp_path.iterdir()) == []
