"""Which faults of the catalogue have an automated test that names them: counts the numbers in docstrings.

A test names a fault as "Fault 34" or "Faults 34-41, 45"; a kind of fault of the simulations names its rows.
Run: python -m scripts.fault_coverage
"""

import re
from collections import defaultdict
from pathlib import Path

from tests.simulation.catalogue import KINDS

PROJECT = Path(__file__).resolve().parent.parent
GROUPS = {
    "A market data": range(1, 16),
    "B time and session": range(16, 27),
    "C login": range(27, 34),
    "D sending": range(34, 52),
    "E fills": range(52, 63),
    "F rejections": range(63, 75),
    "G other actors": range(75, 83),
    "H process and storage": range(83, 101),
    "I transport": range(101, 107),
    "J instruments and settings": range(107, 115),
    "K security": range(115, 126),
    "L records": range(126, 131),
}
_NAMED = re.compile(r"\b[Ff]aults?\s+((?:\d+(?:-\d+)?(?:,\s*|\s+and\s+|\s+to\s+)?)+)")
_NUMBER = re.compile(r"(\d+)(?:-(\d+))?")


def main() -> None:
    """Print the count of each group, and what is not named."""
    tests = named()
    total = 0
    for group, numbers in GROUPS.items():
        missing = [number for number in numbers if number not in tests]
        total += len(numbers) - len(missing)
        print(f"{group:28} {len(numbers) - len(missing):3} of {len(numbers):3}   not named: {missing or '-'}")
    print(f"{'all':28} {total:3} of 130")


def named() -> dict[int, set[str]]:
    """Files by the number of the fault that they name."""
    found: dict[int, set[str]] = defaultdict(set)
    for path in sorted((PROJECT / "tests").rglob("*.py")):
        for match in _NAMED.finditer(path.read_text(encoding="utf-8")):
            for first, last in _NUMBER.findall(match[1]):
                for number in range(int(first), int(last or first) + 1):
                    found[number].add(path.name)
    for name, kind in KINDS.items():
        for number in kind.rows:
            found[number].add(f"simulation: {name}")
    return found


if __name__ == "__main__":
    main()
