"""Made-up requests against the app's own schema: no mistake of ours, and nothing without a token.

`make fuzz-api EXAMPLES=500` tries more of them, and other ones each time.
"""

import asyncio
import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.fakes.dashboard import HOST, OPERATOR, DashboardBench
from tests.fakes.engine_driver import DAY, SHARE
from tests.fakes.scripted_day import rows_of, whole_day
from trading_bot.adapters.storage.market_records import keep_instruments
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.bootstrap.answers.why import why_document
from trading_bot.settings.tree import Settings

EXAMPLES = int(os.environ.get("API_EXAMPLES", "4"))
_STREAM = "/api/v1/events"
_BENCH = DashboardBench()
schema = schemathesis.openapi.from_asgi(
    "/api/v1/openapi.json",
    _BENCH.app,
    headers={"Authorization": f"Bearer {OPERATOR}", "Host": HOST},
).exclude(path=_STREAM)
tried = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def why(tmp_path_factory):
    """What explains decisions, over the journal of a day."""
    driver, path = whole_day(), tmp_path_factory.mktemp("why") / "paper.db"
    journal = open_inline_journal(path, clock_ms=lambda: driver.now_ms, on_failure=lambda _error: None)

    async def fill():
        rows = rows_of(driver)
        journal.append(rows)
        await journal.durable(rows[-1].sequence)
        await journal.run(lambda connection: keep_instruments(connection, [SHARE], DAY))

    asyncio.run(fill())
    journal.close()
    return why_document(Settings(), path)


@pytest.fixture(autouse=True)
def _as_new(why):
    """What one operation did is of no concern to the next."""
    _BENCH.__post_init__()
    _BENCH.with_why(why)
    _BENCH.daemon.asked.clear()


@schema.parametrize()
@tried
def test_no_request_finds_a_mistake_of_ours(case):
    """Fault 122."""
    _made_to_exist(case)
    answer = case.call(headers={"Authorization": f"Bearer {OPERATOR}", "Host": HOST})
    case.validate_response(
        answer, checks=(not_a_server_error, content_type_conformance, response_schema_conformance)
    )


@schema.parametrize()
@tried
def test_no_request_without_a_token_is_answered(case):
    case.headers = {
        name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"
    }
    case.cookies = {}

    answer = case.call(headers={"Authorization": "", "Host": HOST})

    assert answer.status_code in (400, 401, 403, 404, 405, 413, 429), answer.text
    assert _BENCH.daemon.asked == []


_KNOWN = {"symbol": "RELIANCE", "strategy": "confluence", "name": "confluence", "tag": "tdemo0010000"}


def _made_to_exist(case):
    """Name what there is in half of the requests: of made-up names nothing more than a 404 is learnt."""
    for given in (case.query, case.path_parameters):
        for name, known in _KNOWN.items():
            if given and name in given and len(str(given[name])) % 2:
                given[name] = known
