from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.adapters.storage.journal.hash_chain import (
    GENESIS,
    BrokenChainError,
    ChainedRow,
    ChainHead,
    linked,
    verified,
)
from trading_bot.engine.ports import JournalRow

kinds = st.sampled_from(["order_intended", "order_filled"])
payloads = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
contents = st.lists(st.tuples(st.integers(), kinds, payloads), min_size=1, max_size=8)


def chain(content):
    previous, rows = GENESIS, []
    for sequence, (at_ms, kind, payload) in enumerate(content, start=1):
        row = JournalRow(sequence, at_ms, kind, payload)
        rows.append(ChainedRow(sequence, at_ms, kind, payload, previous, linked(previous, row)))
        previous = rows[-1].hash
    return rows


@given(contents)
def test_an_untouched_chain_leads_to_its_newest_row(content):
    rows = chain(content)

    assert verified(rows, ChainHead()) == (len(rows), rows[-1].hash)


@given(contents, st.data())
def test_every_changed_payload_is_found(content, data):
    rows = chain(content)
    index = data.draw(st.integers(0, len(rows) - 1))
    rows[index] = rows[index]._replace(payload=rows[index].payload + "x")

    with pytest.raises(BrokenChainError, match=f"row {index + 1} does not match"):
        verified(rows, ChainHead())


@given(contents.filter(lambda content: len(content) > 1), st.data())
def test_every_missing_row_but_the_last_is_found(content, data):
    rows = chain(content)
    del rows[data.draw(st.integers(0, len(rows) - 2))]

    with pytest.raises(BrokenChainError, match="rows are missing"):
        verified(rows, ChainHead())


def test_a_row_that_was_rehashed_breaks_the_link_to_the_next():
    rows = chain([(1, "a", "{}"), (2, "b", "{}")])
    forged = JournalRow(1, 1, "a", '{"n":1}')
    rows[0] = rows[0]._replace(payload=forged.payload, hash=linked(GENESIS, forged))

    with pytest.raises(BrokenChainError, match="row 2 does not match"):
        verified(rows, ChainHead())


def test_the_hash_covers_every_part_of_a_row():
    row = JournalRow(1, 2, "kind", "{}")
    others = [
        replace(row, sequence=2),
        replace(row, at_ms=3),
        replace(row, kind="k"),
        replace(row, payload="[]"),
    ]

    hashes = {linked(GENESIS, row), linked("1" * 64, row), *(linked(GENESIS, other) for other in others)}

    assert len(hashes) == 6


def test_no_rows_leave_the_head_where_it_was():
    assert verified([], ChainHead(4, "ab")) == (4, "ab")
