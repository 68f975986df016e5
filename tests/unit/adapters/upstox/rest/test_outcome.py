"""Every way in which a write can end (faults 34-45, 73)."""

import json

import pytest

from trading_bot.adapters.upstox.rest.answers import Answer, NoAnswerError, NotSentError
from trading_bot.adapters.upstox.rest.outcome import REFUSALS, Write, outcome_of, outcome_without_answer
from trading_bot.domain.errors import NotAuthorisedError
from trading_bot.engine.ports import Accepted, RefusalCause, Refused, Unknown


def answer(status: int, document) -> Answer:
    return Answer(status, document if isinstance(document, bytes) else json.dumps(document).encode())


def success(data) -> dict:
    return {"status": "success", "data": data, "metadata": {"latency": 21}}


def failure(*codes: str, camel: bool = False) -> dict:
    spelling = "errorCode" if camel else "error_code"
    return {"status": "error", "errors": [{spelling: code, "message": "told"} for code in codes]}


@pytest.mark.parametrize("stranger", [None, 7, {}, ["B1"]])
@pytest.mark.parametrize("write", Write)
def test_second_id_that_cannot_be_read_is_a_second_id_all_the_same(write, stranger):
    """V2: what was answered with more than one order is not known to be one."""
    outcome = outcome_of(write, answer(200, success({"order_ids": ["A1", stranger]})), "A1")

    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("stranger", [None, 7, "UDAPI1052", ["UDAPI1052"]])
def test_refusal_with_an_entry_that_cannot_be_read_proves_nothing(stranger):
    """V2: the entry may be the order that went through."""
    document = failure("UDAPI1052")
    document["errors"].append(stranger)

    assert isinstance(outcome_of(Write.PLACE, answer(400, document)), Unknown)


@pytest.mark.parametrize("code", REFUSALS)
def test_each_listed_code_proves_a_refusal_for_the_writes_it_is_listed_for(code):
    for write in Write:
        outcome = outcome_of(write, answer(400, failure(code)))

        expected = Refused if write in REFUSALS[code].writes else Unknown
        assert type(outcome) is expected


def test_every_refusal_has_a_reason_and_a_write():
    assert all(refusal.reason and refusal.writes for refusal in REFUSALS.values())


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "UDAPI1154"),
        (401, "UDAPI100050"),
        (429, "UDAPI10005"),
        (400, "UDAPI1052"),
        (404, "UDAPI100060"),
        (400, "UDAPI100074"),
        (400, "UDAPI1158"),
    ],
)
def test_refusals_met_in_life_are_refused_under_their_code(status, code):
    outcome = outcome_of(Write.PLACE, answer(status, failure(code, camel=True)))

    assert isinstance(outcome, Refused)
    assert outcome.code == code


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (400, failure("UDAPI100500")),
        (500, failure("UDAPI100500")),
        (500, failure("UDAPI1052")),  # a proof only as a client error
        (502, b"<html>bad gateway</html>"),
        (503, b""),
        (504, b"upstream timed out"),
        (400, failure("UDAPI999999")),
        (400, failure()),
        (400, failure("UDAPI1052", "UDAPI999999")),
        (400, {"status": "error", "message": "request timed out"}),
        (400, b""),
        (403, b"<html>error 1010</html>"),
        (423, failure("UDAPI100072")),
        (401, b"<html/>"),
        (404, failure("UDAPI100010")),  # place asked for no existing order
        (409, failure("")),
        (302, b""),
        (200, b""),
        (200, b"<html/>"),
        (200, b'{"status": "success", "data": {"order_ids": ["1"]'),
        (200, b"null"),
        (200, b"[]"),
        (200, {}),
        (200, success(None)),
        (200, success([])),
        (200, success({})),
        (200, success({"order_ids": []})),
        (200, success({"order_ids": ["1", "2"]})),
        (200, success({"order_ids": [17]})),
        (200, success({"order_ids": "17"})),
        (200, success({"order_id": None})),
        (200, success({"order_id": ""})),
        (200, success({"order_id": "a b"})),
        (200, success({"order_id": "../../v2/logout"})),
        (200, success({"order_id": "1' OR '1'='1"})),
        (200, {"status": "error", "data": {"order_id": "1"}}),
        (207, {"status": "partial_success", "data": {"order_ids": ["1"]}}),
        (200, failure("UDAPI1052")),
        (200, b"\xff\xfe"),
        (200, b"[" * 100_000),
    ],
)
def test_everything_else_is_unknown(status, document):
    """Faults 37-39 and 122: an id becomes part of an address later, so it has to look like one."""
    assert isinstance(outcome_of(Write.PLACE, answer(status, document)), Unknown)


@pytest.mark.parametrize(
    "text",
    [
        "Order rejected as a duplicate of one placed within the last second",
        "Rejected by self trade prevention check",
        "UDAPI1052: quantity zero",  # a listed code in the text only
    ],
)
@pytest.mark.parametrize("code", ["", "UDAPI100099", "16419"])
@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_guard_of_the_broker_whose_code_is_not_listed_proves_nothing(status, code, text):
    """Fault 72, V2: the order that a duplicate is refused for may be this very one."""
    document = {"status": "error", "errors": [{"errorCode": code, "message": text}]}

    assert isinstance(outcome_of(Write.PLACE, answer(status, document)), Unknown)


@pytest.mark.parametrize("data", [{"order_ids": ["A-1"]}, {"order_id": "A-1"}])
def test_one_order_id_is_an_acceptance(data):
    assert outcome_of(Write.PLACE, answer(200, success(data))) == Accepted("A-1")


def test_change_of_another_order_than_asked_is_unknown():
    outcome = outcome_of(Write.CANCEL, answer(200, success({"order_id": "B"})), "A")

    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize(
    ("write", "code"),
    [(Write.CANCEL, "UDAPI100040"), (Write.MODIFY, "UDAPI100041"), (Write.CANCEL, "UDAPI100010")],
)
def test_change_of_an_ended_or_unknown_order_is_refused(write, code):
    assert isinstance(outcome_of(write, answer(404, failure(code)), "A"), Refused)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            NotSentError("no connection"),
            Refused("NOT_SENT", "no connection", RefusalCause.UNREACHED),
        ),
        (NotAuthorisedError("no token"), Refused("NO_TOKEN", "no token", RefusalCause.NEEDS_LOGIN)),
        (NoAnswerError("timed out"), Unknown("timed out")),
    ],
)
def test_silence_is_a_refusal_only_when_nothing_was_sent(error, expected):
    assert outcome_without_answer(error) == expected


@pytest.mark.parametrize(
    ("write", "code", "cause"),
    [
        (Write.PLACE, "UDAPI100050", RefusalCause.NEEDS_LOGIN),
        (Write.MODIFY, "UDAPI100016", RefusalCause.NEEDS_LOGIN),
        (Write.CANCEL, "UDAPI100010", RefusalCause.NO_SUCH_ORDER),
        (Write.PLACE, "UDAPI1052", None),
    ],
)
def test_a_refusal_tells_a_dead_token_and_an_unknown_order_from_others(write, code, cause):
    """Faults 28 and 74."""
    assert outcome_of(write, answer(401, failure(code))).cause is cause


def test_broker_s_text_is_shortened_and_stripped_of_control_characters():
    document = {"status": "error", "errors": [{"error_code": "UDAPI1052", "message": "x\x1b[31m\n" * 500}]}

    outcome = outcome_of(Write.PLACE, answer(400, document))

    assert "\x1b" not in outcome.message
    assert len(outcome.message) < 400
