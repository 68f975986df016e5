"""A line that a person types, awaited so that something else may come first."""

import asyncio
import os
import sys

_LONGEST = 65_536


async def typed_line(question: str, descriptor: int | None = None) -> str:
    """Ask, and return the next line without its end; the terminal itself keeps what is typed until then.

    Being cancelled leaves nothing behind, unlike a thread that waits in `input`. Raises EOFError where no
    line comes any more.
    """
    source = sys.stdin.fileno() if descriptor is None else descriptor
    sys.stdout.write(question)
    sys.stdout.flush()
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(source, ready.set)
    typed = b""
    try:
        while not typed.endswith(b"\n"):
            await ready.wait()
            ready.clear()
            more = os.read(source, _LONGEST)
            if not more:
                raise EOFError
            typed += more
    finally:
        loop.remove_reader(source)
    return typed.decode(errors="replace").rstrip("\r\n")
