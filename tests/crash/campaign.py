"""Many sessions of kills: which point when, progress, tally and table."""

import json
import random
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.acceptance.programs import PROJECT
from tests.crash.points import POINTS, Phase
from tests.crash.session import RANDOM, STOPPED, Death, Kill, Session

KILLS_PER_SESSION = 25
_RANDOM_SHARE, _STOPPED_SHARE = 10, 5
"""How often these come in a round in which each point comes once."""
_FIRST = "run: stop resting, after the commit"
_WORDS_KEPT = 600
_TOLD_EVERY = 10

Say = Callable[[str], None]


def planned(seed: int, count: int, only: str = "") -> list[Kill]:
    """The kills of one session: its part of an endless round over all points, shuffled in each turn.

    One more comes first, so that every start finds something; others prepare what a point needs.
    """
    names = (
        [only] * count if only else [_name_at(seed * KILLS_PER_SESSION + number) for number in range(count)]
    )
    random.Random(seed).shuffle(names)
    names.sort(key=lambda name: name in POINTS and POINTS[name].phase is Phase.MIGRATION)
    dice = random.Random(f"kills {seed}")
    kills = [Kill(_FIRST, dice.getrandbits(32))]
    for name in names:
        before = POINTS[name].prepared_by if name in POINTS else ""
        kills += [Kill(each, dice.getrandbits(32)) for each in (before, name) if each]
    return kills


def _name_at(index: int) -> str:
    everything = [*POINTS, *[RANDOM] * _RANDOM_SHARE, *[STOPPED] * _STOPPED_SHARE]
    turn, place = divmod(index, len(everything))
    random.Random(f"turn {turn}").shuffle(everything)
    return everything[place]


@dataclass
class Campaign:
    """Sessions side by side, each with a seed and a folder of its own."""

    scratch: Path
    runs: int
    seed: int
    say: Say
    only: str = ""
    jobs: int = 2
    start_limit_s: float = 5.0
    tally: Path | None = None
    deaths: list[Death] = field(default_factory=list)
    seen: int = 0
    """Deaths so far, those of sessions that are not over included."""
    began_s: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Carry all of it out; each session is told when it is over."""
        commit = _commit()
        with ThreadPoolExecutor(self.jobs) as pool:
            sessions = [
                pool.submit(self._session, seed, planned(seed, count, self.only))
                for seed, count in self._parts()
            ]
            for session in as_completed(sessions):
                deaths = session.result()
                self.deaths += deaths
                if self.tally is not None:
                    add_to_tally(self.tally, deaths, commit)
                self._tell(deaths)

    def _parts(self) -> Iterator[tuple[int, int]]:
        for number in range(0, self.runs, KILLS_PER_SESSION):
            seed = self.seed + number // KILLS_PER_SESSION
            yield seed, min(KILLS_PER_SESSION, self.runs - number)

    def _session(self, seed: int, kills: Sequence[Kill]) -> list[Death]:
        """All kills of a seed, in as many days as they take."""
        deaths: list[Death] = []
        left, day = list(kills), 0
        while left:
            folder = self.scratch / f"{seed}-{day}"
            session = Session(folder, seed, left, self.start_limit_s, told=self._count)
            try:
                done = session.run()
            except Exception as error:  # noqa: BLE001  # the other sessions are still to be tried
                name = left[min(len(session.deaths), len(left) - 1)].name
                text = f"broke: {type(error).__name__}: {error} {_last_words(folder)}"
                return [*deaths, *session.deaths, Death(name, seed, is_reached=False, problems=[text])]
            deaths += session.deaths
            left, day = left[done:], day + 1
        return deaths

    def _count(self, death: Death) -> None:
        self.seen += 1
        if self.seen % _TOLD_EVERY == 0:
            pace = self.seen / (time.monotonic() - self.began_s) * 60
            self.say(
                f"{self.seen} kills ({self.runs} and what prepares them), {pace:.1f} a minute; "
                f"now seed {death.seed}, {death.name}"
            )

    def _tell(self, deaths: Sequence[Death]) -> None:
        self.say(f"seed {deaths[-1].seed} is done: {len(deaths)} kills")
        for death in deaths:
            for problem in death.problems:
                self.say(f"    {death.name} at {death.at}: {problem}")
                self.say(f"    again: make crash-test SEED={death.seed} RUNS={self._runs_of_a_seed()}")

    def _runs_of_a_seed(self) -> str:
        count = min(self.runs, KILLS_PER_SESSION)
        return f'{count} POINT="{self.only}"' if self.only else str(count)


def is_good(deaths: Iterable[Death]) -> bool:
    """Whether something died, nothing was wrong, and each point was reached at least once."""
    listed = list(deaths)
    reached = {death.name for death in listed if death.is_reached}
    tried = {death.name for death in listed}
    return bool(listed) and tried == reached and not any(death.problems for death in listed)


def table(deaths: Iterable[Death]) -> str:
    """For each point: how often, how long until all was protected, and what was wrong."""
    by_name = defaultdict[str, list[Death]](list)
    for death in deaths:
        by_name[death.name].append(death)
    order = {name: number for number, name in enumerate([*POINTS, RANDOM, STOPPED])}
    lines = [f"{'point':<55} killed reached open   p50    max  violations"]
    lines += [_row(name, by_name[name]) for name in sorted(by_name, key=lambda name: order.get(name, 0))]
    everything = [death for listed in by_name.values() for death in listed]
    lines.append(_row("all", everything))
    closed = sorted(death.closed_s for death in everything if death.closed_s is not None)
    if closed:
        lines.append(
            f"a panic that died: closed after p50 {_share(closed, 0.5):.2f} s, max {closed[-1]:.2f} s"
        )
    protected = _seconds(everything)
    cpu = sorted(death.cpu_s for death in everything if death.cpu_s is not None)
    if protected and cpu:
        lines.append(
            f"protected after the start: p50 {_share(protected, 0.5):.2f} s, "
            f"p99 {_share(protected, 0.99):.2f} s, max {protected[-1]:.2f} s; "
            f"{len(by_name)} of {len(order)} kinds; of a processor p50 {_share(cpu, 0.5):.2f} s, "
            f"max {cpu[-1]:.2f} s"
        )
    return "\n".join(lines)


def read_tally(path: Path) -> list[Death]:
    """Everything that a file has kept."""
    deaths = []
    for line in path.read_text(encoding="utf-8").splitlines():
        kept = json.loads(line)
        kept.pop("commit")
        deaths.append(Death(**kept))
    return deaths


def add_to_tally(path: Path, deaths: Iterable[Death], commit: str) -> None:
    """Keep what happened, with the commit that it happened on."""
    with path.open("a", encoding="utf-8") as kept:
        kept.writelines(json.dumps({"commit": commit, **asdict(death)}) + "\n" for death in deaths)


def _row(name: str, deaths: Sequence[Death]) -> str:
    protected = _seconds(deaths)
    reached = sum(death.is_reached for death in deaths)
    with_positions = sum(1 for death in deaths if death.had_positions)
    p50, most = (_share(protected, 0.5), protected[-1]) if protected else (0.0, 0.0)
    wrong = sum(len(death.problems) for death in deaths)
    return (
        f"{name:<55} {len(deaths):>6} {reached:>7} {with_positions:>4} {p50:>5.2f} {most:>6.2f}  {wrong:>10}"
    )


def _seconds(deaths: Iterable[Death]) -> list[float]:
    return sorted(death.protected_s for death in deaths if death.protected_s is not None)


def _share(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return found.stdout.strip()


def _last_words(folder: Path) -> str:
    words = folder / "daemon.txt"
    return words.read_text(encoding="utf-8")[-_WORDS_KEPT:] if words.exists() else ""
