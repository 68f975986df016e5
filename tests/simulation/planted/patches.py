"""Switches a defect on for the length of a block, and what it replaced on again afterwards."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass


class Patches:
    """Replacements that can be taken back."""

    def __init__(self):
        self._kept = []

    def put(self, owner, name, replacement):
        """Replace an attribute of a module or a class."""
        self._kept.append((owner, name, owner.__dict__[name]))
        setattr(owner, name, replacement)

    def around(self, owner, name, made: Callable):
        """Replace a function by what `made` makes of it."""
        self.put(owner, name, made(owner.__dict__[name]))

    def entry(self, table, key, made: Callable):
        """Replace an entry of a table of functions."""
        kept = table[key]
        self._kept.append((table, key, kept))
        table[key] = made(kept)

    def take_back(self):
        while self._kept:
            owner, name, kept = self._kept.pop()
            if isinstance(owner, dict):
                owner[name] = kept
            else:
                setattr(owner, name, kept)


@dataclass(frozen=True)
class Bug:
    """A defect that somebody might really make."""

    name: str
    plant: Callable[[Patches], None]

    @contextmanager
    def planted(self):
        """Have the daemon suffer from it."""
        patches = Patches()
        try:
            self.plant(patches)
            yield
        finally:
            patches.take_back()


BUGS: dict[str, Bug] = {}


def bug(plant):
    """File a function that plants a defect under its name."""
    BUGS[plant.__name__] = Bug(plant.__name__, plant)
    return plant


def nothing(*_arguments, **_named):
    """Do nothing."""


def always(value):
    """A function that returns this, whatever it is asked."""
    return lambda *_arguments, **_named: value
