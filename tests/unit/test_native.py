"""The compiled twins of the hot path are used only where they are those of the sources that lie here."""

import os
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from trading_bot import native
from trading_bot.native import MODULES, build_folder

PROJECT = Path(native.__file__).resolve().parent.parent


@pytest.fixture
def project(tmp_path):
    """A project of two sources."""
    for name in ("domain/ist.py", "engine/decide.py"):
        source = tmp_path / "trading_bot" / name
        source.parent.mkdir(parents=True)
        source.write_text("X = 1\n", encoding="utf-8")
    return tmp_path


def test_every_change_of_a_source_asks_for_another_folder(project):
    before = build_folder(project)

    (project / "trading_bot/domain/ist.py").write_text("X = 2\n", encoding="utf-8")

    assert build_folder(project) != before


def test_the_same_sources_ask_for_the_same_folder(project):
    assert build_folder(project) == build_folder(project)


def test_a_new_module_asks_for_another_folder(project):
    before = build_folder(project)

    (project / "trading_bot/domain/new.py").write_text("", encoding="utf-8")

    assert build_folder(project) != before


def test_a_twin_is_found_and_everything_else_left_to_others(tmp_path):
    twin = tmp_path / f"{MODULES[0].replace('.', '/')}{EXTENSION_SUFFIXES[0]}"
    twin.parent.mkdir(parents=True)
    twin.touch()
    finder = native._TwinFinder(tmp_path)

    assert finder.find_spec(MODULES[0]).origin == str(twin)
    assert finder.find_spec(MODULES[1]) is None
    assert finder.find_spec("trading_bot.cli") is None


def test_every_compiled_module_exists():
    missing = [name for name in MODULES if not (PROJECT / f"{name.replace('.', '/')}.py").exists()]

    assert missing == []


def test_every_decision_is_compiled():
    decisions = (PROJECT / "trading_bot/engine/decisions").rglob("*.py")
    names = [".".join(path.relative_to(PROJECT).with_suffix("").parts) for path in decisions]

    assert [name for name in names if name not in MODULES and not name.endswith("__init__")] == []


def test_the_switch_leaves_the_sources_interpreted():
    code = f"import trading_bot, {MODULES[1]} as hot; print(hot.__file__)"
    environment = {**os.environ, native.SWITCH: "1"}

    told = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )

    assert told.stdout.strip().endswith(".py")
