import pyarrow as pa
import pytest

from trading_bot.adapters.history.times import epoch_ms
from trading_bot.domain.errors import HistoryError

EXPECTED = 1769831100000


def _place(row: int) -> str:
    return f"row {row}"


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31 09:15:00",
        "2026-01-31T09:15:00",
        "2026-01-31 09:15",
        "2026-01-31T09:15:00+05:30",
        "2026-01-31T03:45:00Z",
        "2026-01-31 03:45:00.000+0000",
        "31-01-2026 09:15",
        "31/01/2026 09:15:00",
        "01/31/2026 09:15:00",
        "31.01.2026 09:15",
        "31-Jan-2026 09:15:00",
        "31 Jan 2026 09:15",
        "31-01-26 09:15",
        "31/01/2026 09:15 AM",
        "2026/01/31 09:15:00",
        "20260131 09:15",
        "202601310915",
        "20260131091500",
        "1769831100",
        "1769831100000",
        "1769831100000000",
        "1769831100000000000",
    ],
)
def test_every_usual_form_is_the_same_instant(text):
    assert epoch_ms(pa.array([text, text]), _place).tolist() == [EXPECTED, EXPECTED]


def test_a_naive_timestamp_is_indian():
    naive = pa.array([EXPECTED + 19_800_000], pa.timestamp("ms"))

    assert epoch_ms(naive, _place).tolist() == [EXPECTED]


def test_nanoseconds_and_zones_are_understood():
    zoned = pa.array([EXPECTED * 1_000_000], pa.timestamp("ns", tz="Asia/Kolkata"))

    assert epoch_ms(zoned, _place).tolist() == [EXPECTED]


def test_a_date_is_midnight_in_india():
    assert epoch_ms(pa.array([20484], pa.date32()), _place).tolist() == [20484 * 86_400_000 - 19_800_000]


def test_days_come_first_unless_only_months_first_fits_all_rows():
    ambiguous = epoch_ms(pa.array(["02/01/2026 09:15"]), _place)[0]
    resolved = epoch_ms(pa.array(["01/02/2026 09:15", "01/31/2026 09:15"]), _place)

    assert ambiguous == resolved[0]


def test_mixed_offsets_are_refused():
    with pytest.raises(HistoryError, match=r"row 1.*differ in having an offset"):
        epoch_ms(pa.array(["2026-01-31 09:15:00", "2026-01-31T09:15:00+05:30"]), _place)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-41 09:15", "77", "31-31-2026 09:15"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(HistoryError, match=f"row 0: '{text}' is not a time"):
        epoch_ms(pa.array([text]), _place)


def test_the_row_that_differs_is_named():
    with pytest.raises(HistoryError, match="row 1: 'x' is not a time like the others"):
        epoch_ms(pa.array(["31-01-2026 09:15", "x"]), _place)
