import pytest

from trading_bot.adapters.alerts.addresses import scheme_of, secrets_of, telegram_of
from trading_bot.adapters.redaction import Redactor

BOT = "123456789:AAcanary_efghijklmnopqrstuvwxyz0123456"


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        (f"tgram://{BOT}/987654321", [BOT, "987654321", BOT.split(":")[1]]),
        ("mailtos://u%40x.in:canary%2Fpw@smtp.x.in?to=me@x.in", ["canary/pw", "canary%2Fpw"]),
        ("slack://T1CANARY3/A1CANARY4/canary5Xy", ["T1CANARY3", "A1CANARY4", "canary5Xy"]),
        ("jsons://hooks.x.in/services/canary77?token=canary88", ["canary77", "canary88"]),
        ("jsons://user:canarypw@x.in/", ["canarypw"]),
    ],
)
def test_every_part_that_somebody_could_use_is_secret(address, parts):
    found = secrets_of(address)

    assert {address.rstrip("/"), *parts} <= found
    assert "canary" not in Redactor(found).text(f"POST {address} {' '.join(parts)}").lower()


def test_words_and_hosts_of_an_address_are_no_secrets():
    found = secrets_of("jsons://hooks.example.in/services/alerts/canary77")

    assert not found & {"hooks.example.in", "services", "alerts"}


@pytest.mark.parametrize(
    ("address", "pair"),
    [
        (f"tgram://{BOT}/42", (BOT, "42")),
        (f"tgram://bot{BOT}/42/?silent=yes", (BOT, "42")),
        (f"tgram://{BOT}/42/43", None),
        (f"tgram://{BOT}/", None),
        ("jsons://x.in/42", None),
    ],
)
def test_a_telegram_address_names_a_bot_and_one_chat(address, pair):
    assert telegram_of(address) == pair


@pytest.mark.parametrize(
    ("address", "scheme"), [("TGRAM://x", "tgram"), ("nothing", ""), ("a b://x", ""), ("", "")]
)
def test_the_scheme_is_what_comes_first(address, scheme):
    assert scheme_of(address) == scheme
