"""Asks the advisory service whether any locked dependency has a known weakness.

A weakness fails. A service that cannot be reached, or does not know a package, proves nothing either way.
That is said and does not fail: a test run must not depend on somebody else's server.
"""

import json
import subprocess
import sys
from typing import Any, NamedTuple

LOCKS = "requirements.lock and requirements-tests.lock"
_LIMIT_S = 300
_NAMED = 5
"""So many of the packages without an answer are named."""


class Verdict(NamedTuple):
    """What an audit found."""

    lines: tuple[str, ...]
    exit_code: int


def main() -> int:
    """Run pip-audit over the locks and tell what it found."""
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pip_audit",
                "--require-hashes",
                "--disable-pip",
                "-r",
                "requirements.lock",
                "-r",
                "requirements-tests.lock",
                "--format",
                "json",
                "--progress-spinner",
                "off",
            ],
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        verdict = unaudited(f"no answer within {_LIMIT_S} s")
    else:
        verdict = verdict_of(done.stdout, done.stderr)
    print("\n".join(verdict.lines))
    return verdict.exit_code


def verdict_of(report: str, errors: str) -> Verdict:
    """Read pip-audit's JSON; without any, what it said instead."""
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        said = errors.strip().splitlines()
        return unaudited(said[-1] if said else "pip-audit said nothing")
    weak = [package for package in packages if package.get("vulns")]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    lines = [_weakness(package, found) for package in weak for found in package["vulns"]]
    if unknown:
        lines.append(f"NOT AUDITED: {_some(unknown)}: the advisory service does not know or was not reached")
    audited = len(packages) - len(unknown)
    lines.append(f"audited {audited} of {len(packages)} locked packages: {len(weak)} with a known weakness")
    return Verdict(tuple(lines), 1 if weak else 0)


def unaudited(why: str) -> Verdict:
    """Nothing was learnt."""
    return Verdict((f"NOT AUDITED: {LOCKS} were not compared with any advisory: {why}",), 0)


def _weakness(package: dict[str, Any], found: dict[str, Any]) -> str:
    fixed = ", ".join(found.get("fix_versions", ())) or "no version yet"
    return f"WEAK: {package['name']} {package['version']}: {found['id']}, mended in {fixed}"


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


if __name__ == "__main__":
    sys.exit(main())
