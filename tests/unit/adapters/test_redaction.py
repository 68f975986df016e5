from decimal import Decimal

import pytest

from trading_bot.adapters.redaction import MASK, Redactor

CANARY = "canary/S3cret+x"


@pytest.mark.parametrize(
    "text",
    [
        f"token {CANARY} refused",
        "https://host/?token=canary%2FS3cret%2Bx&x=1",
        "Authorization: Bearer canaryabcdef.123",
        "eyJcanary01.abcdefgh.ijklmnop",
        "POST client_secret=canary99 failed",
        "https://127.0.0.1/?code=canary1&state=2",
    ],
)
def test_no_secret_is_left_in_a_text(text):
    redacted = Redactor([CANARY]).text(text)

    assert "canary" not in redacted
    assert MASK in redacted


@pytest.mark.parametrize(
    "text",
    ["code=UDAPI1088 refused", "instrument_token=NSE_EQ|INE002A01018", "the bearer of bad news", "order tb1"],
)
def test_harmless_text_stays(text):
    assert Redactor(["tok"]).text(text).replace(MASK, "of") == text


def test_values_are_searched_to_their_depth():
    event = {
        "a": [{"b": (f"x{CANARY}", {CANARY: 1})}],
        "error": ValueError(CANARY),
        "n": 1,
        "ok": True,
        "none": None,
    }

    redacted = Redactor([CANARY]).value(event)

    assert "canary" not in str(redacted)
    assert (redacted["n"], redacted["ok"], redacted["none"]) == (1, True, None)


def test_nesting_without_end_is_cut_off():
    nested = [CANARY]
    for _ in range(20):
        nested = [nested]

    assert "canary" not in str(Redactor([CANARY]).value(nested))


@pytest.mark.parametrize(
    "name", ["access_token", "Authorization", "api_secret", "password", "token", "Set-Cookie"]
)
def test_a_secret_name_hides_its_value(name):
    assert Redactor().value({name: "anything"}) == {name: MASK}


def test_names_that_only_resemble_stay():
    event = {"instrument_token": "NSE_EQ|1", "code": "UDAPI10", "token_expired": True}

    assert Redactor().value(event) == event


def test_foreign_objects_become_their_text():
    assert Redactor().value({"amount": Decimal("1.50")}) == {"amount": "1.50"}


def test_a_secret_can_be_learnt_later():
    redactor = Redactor()
    redactor.add("day-token-1")

    assert redactor.text("got day-token-1") == f"got {MASK}"
