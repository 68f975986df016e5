"""The mutation tester sees what is untested, and only that."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.mutants import mutants
from tests.mutation.scope import EXPLAINED, SCOPE

PROJECT = Path(__file__).resolve().parents[2]


def changes_of(source):
    return [(mutant.before, mutant.after) for mutant in mutants(source)]


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("a = b < c", [("b < c", "b <= c")]),
        ("a = b < c == d", [("b < c == d", "b <= c == d"), ("b < c == d", "b < c != d")]),
        ("a = not b", [("not b", "b")]),
        ("a = '0.01'", [("'0.01'", "'1.01'")]),
        ("a = {b, c}", [("{b, c}", "{c}"), ("{b, c}", "{b}")]),
        ("if a: b()", [("if a:", "if not a:"), ("b()", "pass")]),
        ("raise ValueError('no')", [("raise ValueError('no')", "pass")]),
        ("def f() -> Annotated[int, 1]:\n    '''Words.'''\n    return a", [("return a", "return None")]),
        ("print(f'{a + 1}', description='words')", [("print(f'{a + 1}', description='words')", "pass")]),
    ],
)
def test_each_place_is_changed_alone_and_words_for_people_are_not(source, changes):
    assert changes_of(source) == changes


def test_a_mutant_leaves_the_rest_of_the_module_as_it_is():
    [_, second] = mutants("a = b + c\nd = e - f")

    assert ast.unparse(second.tree) == "a = b + c\nd = e + f"


def test_a_mutant_is_noticed_by_the_modules_own_tests():
    command = [sys.executable, "-m", "scripts.mutate", "domain/money.py", "--only", "1"]

    finished = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)

    assert "1 of 1 killed" in finished.stdout


@pytest.mark.parametrize("name", SCOPE)
def test_what_is_in_the_scope_exists(name):
    assert (PROJECT / "trading_bot" / name).is_file()
    assert all((PROJECT / test).is_file() for test in SCOPE[name].tests)


@pytest.mark.parametrize(("name", "line", "before", "after"), EXPLAINED)
def test_what_is_explained_is_still_a_mutant(name, line, before, after):
    source = (PROJECT / "trading_bot" / name).read_text()
    lines = [one.strip() for one in source.splitlines()]

    assert (line, before, after) in {(lines[one.line - 1], one.before, one.after) for one in mutants(source)}
