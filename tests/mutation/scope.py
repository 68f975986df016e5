"""What is mutated, by which tests it must be noticed, and how many of the mutants at least."""

import tomllib
from pathlib import Path
from typing import NamedTuple


class Scope(NamedTuple):
    """One module's tests and goal."""

    tests: tuple[str, ...]
    goal: float


def _scope(goal: float, *modules: str) -> dict[str, Scope]:
    """Each module with its own test file and those that were split off."""
    return {f"{name}.py": Scope(tuple(map(_test, _tests_of(name))), goal) for name in modules}


def _tests_of(name: str) -> tuple[str, ...]:
    return _TOGETHER.get(name) or (_own_test(name), *_BESIDE.get(name, ()))


def _own_test(name: str) -> str:
    package, _, module = name.rpartition("/")
    return f"{package}/test_{module}"


def _test(name: str) -> str:
    return f"tests/unit/{name}.py"


_DECISIONS = "engine/decisions"
_BESIDE = {
    "domain/costs/charges": ("domain/costs/test_charge_examples",),
    f"{_DECISIONS}/account/reconcile": (
        f"{_DECISIONS}/account/test_closed_by_the_user",
        f"{_DECISIONS}/account/test_account_read",
        f"{_DECISIONS}/account/test_annulled",
    ),
    f"{_DECISIONS}/positions/exits": (f"{_DECISIONS}/positions/test_exit_ladder",),
    f"{_DECISIONS}/positions/protection": (
        f"{_DECISIONS}/positions/test_growing_stops",
        f"{_DECISIONS}/positions/test_guard",
        f"{_DECISIONS}/positions/test_guard_exits",
        f"{_DECISIONS}/positions/test_trades",
        f"{_DECISIONS}/positions/test_driving",
        f"{_DECISIONS}/market/test_ticks",
    ),
}
_TOGETHER = dict.fromkeys(("bootstrap/ramp/enforce", "bootstrap/ramp/facts"), ("bootstrap/ramp/test_ramp",))
"""Modules that are tested in one file."""
_EXACT, _DECIDED = 0.95, 0.85
SCOPE: dict[str, Scope] = {
    **_scope(
        _EXACT,
        "domain/instrument",
        "domain/money",
        "domain/rules/calendar",
        "domain/rules/session",
        "domain/costs/charges",
        "domain/costs/rates",
        "domain/allotment",
    ),
    **_scope(
        _DECIDED,
        "domain/order",
        "domain/position",
        "risk/limits",
        "risk/exits",
        "risk/sizing",
        "risk/windows",
        "risk/overlays/adjustment",
        "risk/overlays/bands",
        "risk/overlays/scheduled",
        "risk/overlays/volatility",
        "risk/ramp/standing",
        "bootstrap/ramp/enforce",
        "bootstrap/ramp/facts",
        "engine/decisions/market/circuits",
        "engine/rate_gate",
        "engine/decisions/account/reconcile",
        "engine/decisions/orders/doubts",
        "engine/decisions/positions/exits",
        "engine/decisions/positions/protection",
    ),
}

_EXPLAINED = tomllib.loads((Path(__file__).parent / "explained.toml").read_text(encoding="utf-8"))
EXPLAINED: dict[tuple[str, str, str, str], str] = {
    (row["module"], row["line"], row["before"], row["after"]): row["why"] for row in _EXPLAINED["mutant"]
}
"""Mutants (module, line, before, after) that no test can notice, with the reason."""
