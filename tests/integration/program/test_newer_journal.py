"""A journal that a newer program wrote: every command says so, and none of them touches it. Fault 92."""

import sqlite3
from contextlib import closing

import pytest

from tests.fakes.scripted_day import whole_day

_READING = (
    "status",
    "trades",
    "trades --csv -",
    "why RELIANCE",
    "why RELIANCE --on 2026-11-19",
    "metrics",
    "shadow",
)
_WRITING = ("resume", "backup", "")


@pytest.fixture
def newer(shell):
    shell.write_settings("[shadow.strict.confluence]\nthreshold = 0.7\n")
    path = shell.write_journal(whole_day())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    return path


@pytest.mark.parametrize("words", [*_READING, *_WRITING])
def test_a_journal_of_a_newer_program_is_refused_in_words(shell, newer, words):
    before = newer.read_bytes()

    code = shell(f"{words} --mode paper")

    told = shell.error()
    assert code == 1, told
    assert "paper.db has schema 0099, this program knows schemas up to 0002: install the version" in told
    assert "docs/operations.md" in told
    assert newer.read_bytes() == before
