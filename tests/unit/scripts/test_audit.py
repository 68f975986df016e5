"""What an audit of the lock proves, and what it does not (fault 123)."""

import json

from scripts.audit import verdict_of

SOUND = {"name": "yarl", "version": "1.25.1", "vulns": []}
WEAK = {"name": "aiohttp", "version": "3.0", "vulns": [{"id": "GHSA-1", "fix_versions": ["3.1", "4.0"]}]}
SKIPPED = {"name": "uvloop", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def verdict(*packages):
    return verdict_of(json.dumps({"dependencies": packages, "fixes": []}), "")


def test_a_known_weakness_fails_with_its_name_and_what_mends_it():
    assert verdict(SOUND, WEAK) == (
        (
            "WEAK: aiohttp 3.0: GHSA-1, mended in 3.1, 4.0",
            "audited 2 of 2 locked packages: 1 with a known weakness",
        ),
        1,
    )


def test_packages_without_an_answer_are_not_called_sound_and_do_not_fail():
    lines, exit_code = verdict(SOUND, *[SKIPPED] * 7)

    assert exit_code == 0
    assert lines[0].startswith("NOT AUDITED: uvloop, uvloop, uvloop, uvloop, uvloop and 2 more: ")
    assert lines[1] == "audited 1 of 8 locked packages: 0 with a known weakness"


def test_an_unreachable_service_is_told_plainly_and_does_not_fail():
    lines, exit_code = verdict_of("", "ERROR:pip_audit:\nCould not connect to PyPI's vulnerability feed")

    assert exit_code == 0
    assert lines[0].startswith(
        "NOT AUDITED: requirements.lock and requirements-tests.lock were not compared with any advisory: "
    )
    assert lines[0].endswith("Could not connect to PyPI's vulnerability feed")
    assert verdict_of("null", "").lines[0].endswith("pip-audit said nothing")
