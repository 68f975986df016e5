"""Runs a module's tests with a mutant in the module's place, each in a forked process of its own.

The parent holds the libraries that the tests need, and nothing of the program: what a child imports is the
program with the mutant in it. Files are never changed.
"""

import ast
import importlib
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType

_OWN = ("trading_bot", "tests", "scripts", "__main__")
_POLL_S = 0.02
_FAILED_TESTS = 1
TIMED_OUT = -1


class MutantFinder:
    """Gives a module's mutated code to whoever imports it."""

    def __init__(self, name: str, file: Path, tree: ast.Module) -> None:
        self._name = name
        self._loader = _TreeLoader(compile(tree, str(file), "exec"), str(file))

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Say that the module is ours; None leaves it to the others."""
        return spec_from_loader(fullname, self._loader) if fullname == self._name else None


class _TreeLoader(Loader):
    def __init__(self, code: CodeType, file: str) -> None:
        self._code = code
        self._file = file

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = self._file
        exec(self._code, module.__dict__)  # our own source, changed in one place


def preload(names: Sequence[str]) -> None:
    """Import libraries into this process, so that no child has to."""
    for name in names:
        if name.split(".")[0] not in _OWN:
            with suppress(Exception):
                importlib.import_module(name)


def libraries_of(tests: Sequence[str], listing: Path) -> list[str]:
    """Return what the tests import; `listing` is a file that may be written."""

    def note() -> None:
        listing.write_text("\n".join(sorted(sys.modules)))

    in_child(lambda: _tests_of(tests), limit_s=600, at_end=note)
    return listing.read_text().split("\n")


def outcome_of(tests: Sequence[str], finder: MutantFinder | None, limit_s: float) -> int:
    """Return pytest's exit code with the mutant in place: 0 when no test noticed it."""

    def run() -> int:
        if finder is not None:
            sys.meta_path.insert(0, finder)
        return _tests_of(tests)

    return in_child(run, limit_s=limit_s)


def in_child(work: Callable[[], int], *, limit_s: float, at_end: Callable[[], None] = lambda: None) -> int:
    """Do the work in a forked process, in silence, and return its result, or TIMED_OUT."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.setsid()
        result = _FAILED_TESTS
        try:
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            result = work()
            at_end()
        finally:
            os._exit(result)
    return _awaited(child, time.monotonic() + limit_s)


def _awaited(child: int, deadline_s: float) -> int:
    while time.monotonic() < deadline_s:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_POLL_S)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TIMED_OUT


def _tests_of(tests: Sequence[str]) -> int:
    """Run test files: no random examples, no cache, stop at the first failure."""
    import pytest  # after the fork: whoever only lists mutants needs none of it
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        "mutation",
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutation")
    options = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist")
    return int(pytest.main([*options, *tests]))
