"""What is installed is written in two locks: what program and developers need, and what single tests add."""

import re
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-tests.lock")


def packages(lock):
    """The names in a lock."""
    text = (PROJECT / lock).read_text(encoding="utf-8")
    return {match.group(1) for match in re.finditer(r"^([\w.-]+)==", text, re.MULTILINE)}


def asked(requirements):
    """The names in a list of requirements, as locks write them."""
    return {re.split(r"[^\w.-]", one)[0].lower().replace("_", "-") for one in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_has_a_hash_for_each_file(lock):
    text = (PROJECT / lock).read_text(encoding="utf-8")
    pinned = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]

    assert "://" not in text
    assert pinned
    assert all("--hash=sha256:" in one for one in pinned)


def test_what_pyproject_asks_for_is_locked_and_tests_add_to_it_only():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    of_program = asked([*project["project"]["dependencies"], *(one for extra in extras for one in extra)])

    assert of_program <= packages("requirements.lock")
    assert asked(project["dependency-groups"]["tests"]) <= packages("requirements-tests.lock")
    assert not packages("requirements.lock") & packages("requirements-tests.lock")
