"""Where the program can be made to die: a function of it, wrapped in this process alone.

A seam is named by its module and attribute. One that is not there any more raises, so that no crash point can
fall silent because the code moved.
"""

import asyncio
import functools
import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Passes = Callable[[tuple[Any, ...]], bool]
"""Whether a call, by its arguments, is the one that is meant."""


class Side(StrEnum):
    """Of a call."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Seam:
    """One side of a function of the program."""

    target: str
    """`module:Class.function` or `module:function`; where a name was imported, the importing module."""
    side: Side
    passes: Passes = lambda _arguments: True

    def resolve(self) -> tuple[Any, str, Callable[..., Any]]:
        """The owner, the name and the function. Raises LookupError when there is no such function."""
        module_name, _, path = self.target.partition(":")
        owner: Any = importlib.import_module(module_name)
        *outer, name = path.split(".")
        for part in outer:
            owner = vars(owner)[part]
        function = vars(owner)[name]
        if not inspect.isfunction(function):
            raise LookupError(f"{self.target} is {function!r}: nothing that can be wrapped")
        return owner, name, function

    def install(self, crossed: Callable[[], None]) -> None:
        """Have `crossed` called at each passage, in the thread that passes."""
        owner, name, function = self.resolve()
        wrap = _around_coroutine if asyncio.iscoroutinefunction(function) else _around
        setattr(owner, name, functools.wraps(function)(wrap(function, self, crossed)))


def _around(function: Callable[..., Any], seam: Seam, crossed: Callable[[], None]) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **named: Any) -> Any:
        if seam.side is Side.BEFORE and seam.passes(arguments):
            crossed()
        result = function(*arguments, **named)
        if seam.side is Side.AFTER and seam.passes(arguments):
            crossed()
        return result

    return wrapped


def _around_coroutine(
    function: Callable[..., Any], seam: Seam, crossed: Callable[[], None]
) -> Callable[..., Any]:
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        if seam.side is Side.BEFORE and seam.passes(arguments):
            crossed()
        result = await function(*arguments, **named)
        if seam.side is Side.AFTER and seam.passes(arguments):
            crossed()
        return result

    return wrapped
