"""Lots, freeze quantities and price steps by date."""

import csv
from datetime import date

import pytest

from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.rules.contract_rules import ContractFacts, ContractRules, TickKind, TickRow


@pytest.fixture
def contracts(market_rules):
    return market_rules.contracts


def test_lots_of_every_observed_nifty_expiry_agree(contracts, shared_data):
    with (shared_data / "instruments" / "nifty_expiry_calendar_2021_2026.csv").open() as file:
        rows = list(csv.DictReader(file))

    for row in rows:
        expiry_on = date.fromisoformat(row["actual_expiry_date"])
        assert contracts.lot_size("NIFTY", expiry_on) == int(row["contract_lot_size"]), expiry_on


def test_lots_at_both_ends_of_every_rule_agree(contracts, shared_data):
    with (shared_data / "instruments" / "nifty_lot_size_rules_2021_2026.csv").open() as file:
        rows = list(csv.DictReader(file))

    for row in rows:
        for key in ("contract_expiry_from", "contract_expiry_to"):
            if row[key] and not row[key].endswith("01-01"):  # 1 January bounds a table, it is no expiry
                expiry_on = date.fromisoformat(row[key])
                assert contracts.lot_size("NIFTY", expiry_on) == int(row["contract_lot_size"]), expiry_on


def test_lots_of_the_near_series_in_a_real_instrument_file_agree(contracts, shared_data):
    with (shared_data / "instruments" / "fno_lot_sizes_2025-02-10.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["underlying"] in contracts.underlyings]

    near = [
        row for row in rows if row["expiry"] < "2025-05-01"
    ]  # later series changed their lot in their life
    assert near
    for row in near:
        lot = contracts.lot_size(row["underlying"], date.fromisoformat(row["expiry"]))
        assert lot == int(row["lot_size"]), row


@pytest.mark.parametrize(
    ("underlying", "lot"),
    [
        ("NIFTY", 65),
        ("BANKNIFTY", 30),
        ("FINNIFTY", 60),
        ("MIDCPNIFTY", 120),
        ("NIFTYNXT50", 25),
        ("SENSEX", 20),
        ("BANKEX", 30),
    ],
)
def test_lots_of_the_series_of_november_2026(contracts, underlying, lot):
    assert contracts.lot_size(underlying, date(2026, 11, 23)) == lot


@pytest.mark.parametrize(
    ("expiry_on", "lot"),
    [(date(2025, 6, 24), 30), (date(2025, 7, 31), 35), (date(2025, 12, 30), 35), (date(2026, 1, 27), 30)],
)
def test_banknifty_lots_by_expiry(contracts, expiry_on, lot):
    assert contracts.lot_size("BANKNIFTY", expiry_on) == lot


@pytest.mark.parametrize(
    ("on", "quantities"),
    [
        (date(2025, 7, 1), (1800, 600, 1800)),
        (date(2025, 9, 1), (1800, 900, 1800)),
        (date(2025, 12, 1), (1800, 600, 1200)),
        (date(2026, 2, 2), (1800, 600, 1800)),
        (date(2026, 3, 2), (1800, 600, 1200)),
        (date(2026, 6, 30), (1800, 900, 1800)),
        (date(2026, 7, 1), (1800, 600, 1800)),
    ],
)
def test_freeze_quantities_swing_with_the_months(contracts, on, quantities):
    names = ("NIFTY", "BANKNIFTY", "FINNIFTY")
    assert tuple(contracts.freeze_quantity(name, on) for name in names) == quantities
    assert not contracts.freeze_row("NIFTY", on).assumed


def test_freeze_quantities_after_the_last_circular_are_marked_as_assumed(contracts):
    row = contracts.freeze_row("BANKNIFTY", date(2026, 11, 19))

    assert row.assumed
    assert row.quantities["BANKNIFTY"] == 600


@pytest.mark.parametrize(
    ("kind", "reference_rupees", "on", "tick"),
    [
        (TickKind.SHARE, 100, date(2024, 6, 7), 5),
        (TickKind.SHARE, 100, date(2024, 6, 10), 1),
        (TickKind.SHARE, 250, date(2024, 6, 10), 5),
        (TickKind.SHARE, "249.99", date(2025, 4, 15), 1),
        (TickKind.SHARE, 250, date(2025, 4, 15), 5),
        (TickKind.SHARE, 1000, date(2025, 4, 15), 5),
        (TickKind.SHARE, "1000.05", date(2025, 4, 15), 10),
        (TickKind.SHARE, 5000, date(2025, 4, 15), 10),
        (TickKind.SHARE, 10000, date(2025, 4, 15), 50),
        (TickKind.SHARE, 20000, date(2025, 4, 15), 100),
        (TickKind.SHARE, "20000.50", date(2025, 4, 15), 500),
        (TickKind.STOCK_FUTURE, 3000, date(2025, 4, 14), 5),
        (TickKind.STOCK_FUTURE, 3000, date(2025, 4, 15), 10),
        (TickKind.INDEX_FUTURE, 25000, date(2025, 4, 14), 5),
        (TickKind.INDEX_FUTURE, 15000, date(2025, 4, 15), 5),
        (TickKind.INDEX_FUTURE, 26000, date(2025, 4, 15), 10),
        (TickKind.INDEX_FUTURE, 30000, date(2025, 4, 15), 10),
        (TickKind.INDEX_FUTURE, 58000, date(2025, 4, 15), 20),
        (TickKind.INDEX_OPTION, 58000, date(2026, 11, 19), 5),
        (TickKind.STOCK_OPTION, 200, date(2025, 10, 31), 5),
        (TickKind.STOCK_OPTION, 200, date(2025, 11, 3), 1),
        (TickKind.STOCK_OPTION, 250, date(2025, 11, 3), 5),
    ],
)
def test_price_steps_follow_date_kind_and_price(contracts, kind, reference_rupees, on, tick):
    whole, _, fraction = str(reference_rupees).partition(".")
    reference_paise = int(whole) * 100 + int(fraction or 0)

    assert contracts.tick_size(kind, reference_paise, on) == tick


@pytest.mark.parametrize(
    "question",
    [
        lambda rules: rules.lot_size("NIFTY", date(2020, 12, 31)),
        lambda rules: rules.lot_size("CNXMETAL", date(2026, 11, 23)),
        lambda rules: rules.freeze_quantity("NIFTY", date(2025, 6, 30)),
        lambda rules: rules.freeze_quantity("SENSEX", date(2026, 11, 19)),
        lambda rules: rules.freeze_quantity("NIFTY", date(2027, 1, 1)),
        lambda rules: rules.tick_size(TickKind.INDEX_OPTION, 0, date(2000, 1, 3)),
    ],
)
def test_terms_that_no_row_covers_are_refused_with_the_file_to_extend(contracts, question):
    with pytest.raises(UncoveredDateError, match=r"config/market/contracts\.toml"):
        question(contracts)


def tick_row(*bands):
    return {
        "kinds": ["share"],
        "valid_from": date(2024, 1, 1),
        "bands": list(bands),
        "source": "test",
        "confidence": "H",
    }


@pytest.mark.parametrize(
    "bands",
    [
        [{"below": 250, "tick": "0.05"}],
        [{"tick": "0.05"}, {"tick": "0.10"}],
        [{"up_to": 500, "tick": "0.05"}, {"up_to": 250, "tick": "0.10"}, {"tick": "0.20"}],
    ],
)
def test_a_ladder_with_a_hole_is_refused(bands):
    with pytest.raises(ValueError, match="bands must rise"):
        TickRow.model_validate(tick_row(*bands))


def test_a_step_of_half_a_paisa_is_refused():
    with pytest.raises(ValueError, match="whole number of paise"):
        TickRow.model_validate(tick_row({"tick": "0.005"}))


def test_two_ladders_of_one_kind_on_one_day_are_refused():
    facts = ContractFacts.model_validate({"ticks": [tick_row({"tick": "0.05"}), tick_row({"tick": "0.10"})]})

    with pytest.raises(ValueError, match="price steps of share: two rows"):
        ContractRules(facts)
