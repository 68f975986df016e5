"""Made-up requests against the app's own schema: no mistake of ours, and nothing without a token.

`make fuzz-api EXAMPLES=500` tries more of them.
"""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.fakes.dashboard import HOST, OPERATOR, DashboardBench

EXAMPLES = int(os.environ.get("API_EXAMPLES", "4"))
_STREAM = "/api/v1/events"
_NOT_BUILT_IN = 501
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


@pytest.fixture(autouse=True)
def _as_new():
    """What one operation did is of no concern to the next."""
    _BENCH.__post_init__()
    _BENCH.daemon.asked.clear()


@schema.parametrize()
@tried
def test_no_request_finds_a_mistake_of_ours(case):
    """Fault 122."""
    answer = case.call(headers={"Authorization": f"Bearer {OPERATOR}", "Host": HOST})
    if answer.status_code == _NOT_BUILT_IN:
        return
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
