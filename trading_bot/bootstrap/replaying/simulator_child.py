"""A simulator as a child process on loopback; it dies with its parent, whose end of a pipe it watches."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from trading_bot.domain.errors import SettingsError, UserFacingError
from trading_bot.settings.options import SimulatorOptions

_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 3.0
_MAIN = Path(__file__).resolve().parents[3] / "main.py"


@asynccontextmanager
async def child_simulator(options: SimulatorOptions) -> AsyncIterator[str]:
    """Start a simulator and yield its address; stop it afterwards.

    Raises UserFacingError with what the simulator said when it does not start.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(_MAIN), *_arguments(options), stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        yield await _address(process)
    finally:
        await _stop(process)


def _arguments(options: SimulatorOptions) -> list[str]:
    config = [] if options.config_file is None else ["--config", str(options.config_file)]
    arguments = [*config, "simulator", "--port", str(options.port), "--until-stdin-ends"]
    for name, value in (
        ("--data", options.data),
        ("--date", options.session_on),
        ("--speed", options.speed),
        ("--seed", options.seed),
        ("--token", options.token),
    ):
        if value is not None:
            arguments += [name, str(value)]
    if options.with_volatility:
        arguments.append("--volatility")
    if options.symbols:
        arguments += ["--symbols", ",".join(options.symbols)]
    return arguments


async def _address(process: Process) -> str:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), _START_TIMEOUT_S)
    except TimeoutError as error:
        raise UserFacingError(f"the simulator did not start within {_START_TIMEOUT_S:.0f} s") from error
    text = line.decode().strip()
    if text.startswith("http://"):
        return text
    assert process.stderr is not None
    said = (await process.stderr.read()).decode().strip().removeprefix("error: ")
    if await process.wait() == SettingsError.exit_code:
        raise SettingsError(said)
    raise UserFacingError(said or "the simulator ended without a word")


async def _stop(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _STOP_TIMEOUT_S)
    except TimeoutError:
        with suppress(ProcessLookupError):  # it may end in this very moment
            process.kill()
        await process.wait()
