"""One case: a seed, a target and a number say what is spoiled and how, so that each can be done again."""

import json
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.fuzz import answers, frame_targets, rest_targets
from tests.fuzz.json_bodies import spoiled

SLOWEST_S = 0.1

Deed = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Find:
    """A case that was taken wrongly."""

    target: str
    seed: int
    case: int
    what: str
    """The error with the place where it was raised, or how long it took."""
    where: str

    @property
    def kind(self) -> tuple[str, str]:
        """Finds of one kind are told once."""
        return self.target, self.where


def _frames(chance: Random) -> Deed:
    messages = frame_targets.some_messages(chance)
    return lambda: frame_targets.read_frames(messages)


def _rest(name: str) -> Callable[[Random], Deed]:
    def made(chance: Random) -> Deed:
        answer = rest_targets.spoiled_answer(name, chance)
        return lambda: rest_targets.read_or_write(name, answer)

    return made


def _order_updates(chance: Random) -> Deed:
    body = spoiled({**answers.ORDER, "update_type": "order"}, [answers.FILLED, answers.FUNDS], chance)
    return lambda: rest_targets.read_order_update(body)


def _instruments(chance: Random) -> Deed:
    body = spoiled(answers.INSTRUMENTS, [answers.ORDER, 0.5], chance)
    return lambda: rest_targets.read_instruments(body)


TARGETS: dict[str, Callable[[Random], Deed]] = {
    "frames": _frames,
    **{name: _rest(name) for name in rest_targets.ENDPOINTS},
    "order updates": _order_updates,
    "instruments": _instruments,
}
"""What is read, and how a case of it is made."""


def tried(target: str, seed: int, case: int) -> Find | None:
    """Do one case and return what was wrong with it."""
    deed = TARGETS[target](Random(f"{target}:{seed}:{case}"))
    try:
        took_s = _seconds(deed)
        if took_s > SLOWEST_S:
            took_s = min(
                took_s, _seconds(deed)
            )  # the first time a collection of garbage may have come between
    except Exception as error:  # noqa: BLE001  # whatever escapes is what is looked for
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{type(error).__name__} at {frames[-1].name}:{frames[-1].lineno}"
        return Find(target, seed, case, f"{where}: {str(error)[:200]}", where)
    if took_s > SLOWEST_S:
        return Find(target, seed, case, f"took {took_s * 1_000:.0f} ms", "slow")
    return None


def _seconds(deed: Deed) -> float:
    started_s = time.thread_time()
    deed()
    return time.thread_time() - started_s


def shown(target: str, seed: int, case: int) -> str:
    """Return what a case reads, for a person."""
    chance = Random(f"{target}:{seed}:{case}")
    if target == "frames":
        return "\n".join(raw.hex() for raw in frame_targets.some_messages(chance))
    if target in rest_targets.ENDPOINTS:
        return repr(rest_targets.spoiled_answer(target, chance))
    return json.dumps(target)
