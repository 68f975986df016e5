"""The instruments file over a real socket and on disk (fault 109)."""

import errno
import gzip
import json
import os
from datetime import date

import pytest
from aiohttp import web

from trading_bot.adapters.upstox.offload import InlineOffload
from trading_bot.adapters.upstox.rest.instruments import UpstoxInstruments
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.ist import MS_PER_DAY

TODAY_MS = 1_795_147_200_000  # 2026-11-20 09:30 IST
PATH = "/instruments/NSE.json.gz"


def share(number: int) -> dict:
    key = f"NSE_EQ|INE{number:06d}018"
    return {
        "segment": "NSE_EQ",
        "name": f"SHARE {number}",
        "instrument_type": "EQ",
        "instrument_key": key,
        "trading_symbol": f"S{number}",
        "lot_size": 1,
        "tick_size": 5.0,
        "freeze_quantity": 100000.0,
    }


def packed(count: int) -> bytes:
    return gzip.compress(json.dumps([share(number) for number in range(count)]).encode(), mtime=0)


class Day:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_ms = TODAY_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock():
    return Day()


@pytest.fixture
def publish(broker):
    def with_body(body: bytes) -> None:
        async def reply(_request):
            return web.Response(body=body, content_type="application/gzip")

        broker.replies["GET", PATH] = reply

    return with_body


@pytest.fixture
def master(settings, transport, tmp_path, clock):
    def make():
        return UpstoxInstruments(settings, transport, tmp_path, clock_ms=clock, offload=InlineOffload())

    return make


async def test_file_is_fetched_once_a_day_without_the_token(broker, publish, master):
    publish(packed(10))
    first = master()

    rows = await first.instruments()
    await first.instruments()
    await master().instruments()

    assert len(rows) == 10
    assert len(broker.asked) == 1
    assert "Authorization" not in broker.asked[0].headers


async def test_a_list_that_cannot_be_kept_is_used(broker, publish, master, monkeypatch):
    """Fault 90: what is open has to be closed on a full disk as well."""

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    publish(packed(10))

    assert len(await master().instruments()) == 10


async def test_next_day_fetches_anew(broker, publish, master, clock):
    publish(packed(10))
    instruments = master()
    await instruments.instruments()
    clock.now_ms += MS_PER_DAY

    await instruments.instruments()

    assert len(broker.asked) == 2


@pytest.mark.parametrize(
    "body",
    [
        packed(10)[:-4],
        packed(10)[:60],
        b"",
        b"<html>maintenance</html>",
        gzip.compress(b"{}", mtime=0),
        gzip.compress(b"[]", mtime=0),
    ],
    ids=["cut at its end", "cut in the middle", "empty", "a page", "no list", "an empty list"],
)
async def test_torn_or_foreign_file_is_refused_and_not_kept(publish, master, tmp_path, body):
    publish(body)

    with pytest.raises(ReadFailedError):
        await master().instruments()

    assert list(tmp_path.iterdir()) == []


async def test_yesterdays_list_serves_when_todays_cannot_be_had_but_says_so(broker, publish, master, clock):
    publish(packed(10))
    await master().instruments()
    clock.now_ms += MS_PER_DAY
    broker.on("GET", PATH, 503, b"")
    instruments = master()

    known = await instruments.known()

    assert (known.on, known.is_today, len(known.instruments)) == (date(2026, 11, 20), False, 10)
    with pytest.raises(ReadFailedError):
        await instruments.instruments()


async def test_list_of_today_is_known_as_such(publish, master):
    publish(packed(10))

    assert (await master().known()).is_today


async def test_without_any_stored_list_the_failure_is_told(broker, master):
    broker.on("GET", PATH, 503, b"")

    with pytest.raises(ReadFailedError):
        await master().known()


async def test_list_that_shrank_to_less_than_half_is_refused(publish, master, clock):
    publish(packed(10))
    await master().instruments()
    clock.now_ms += MS_PER_DAY
    publish(packed(4))

    with pytest.raises(ReadFailedError, match="half"):
        await master().instruments()


async def test_damaged_cache_is_fetched_again(publish, master, tmp_path):
    publish(packed(10))
    await master().instruments()
    stored = tmp_path / "NSE-2026-11-20.json.gz"
    stored.write_bytes(stored.read_bytes()[:50])

    assert len(await master().instruments()) == 10


async def test_old_files_are_removed(publish, master, clock, tmp_path):
    publish(packed(10))
    for _ in range(10):
        await master().instruments()
        clock.now_ms += MS_PER_DAY

    assert len(list(tmp_path.iterdir())) == 6


async def test_unreachable_host_is_told_as_a_failed_read(broker, master):
    broker.drops("GET", PATH)

    with pytest.raises(ReadFailedError, match="instruments file NSE"):
        await master().instruments()


async def test_broken_old_file_proves_nothing_against_a_new_one(publish, master, tmp_path):
    (tmp_path / "NSE-2026-11-19.json.gz").write_bytes(b"torn")
    publish(packed(3))

    assert len(await master().instruments()) == 3
