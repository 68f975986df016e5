"""The daemon, its emergency stop, and the simulator as a program of its own."""

from argparse import Namespace

from trading_bot.commands.context import Context
from trading_bot.domain.errors import SettingsError
from trading_bot.settings.options import RunOptions, SimulatorOptions
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import require_startable

_YES = "yes"
_OF_A_REPLAY = ("data", "date", "speed", "seed", "simulator")


def run_daemon(arguments: Namespace, context: Context) -> int:
    """Run the daemon in the mode in effect, unless the settings forbid it."""
    loaded = context.load()
    require_startable(loaded.settings)
    _require_replay(arguments, loaded.settings.mode)
    return context.backend.run(loaded.settings, run_options(arguments))


def run_panic_exit(arguments: Namespace, context: Context) -> int:
    """Cancel everything, flatten and latch. Broken settings are left out: this must always work.

    Raises SettingsError where they may have named another mode: that of the daemon which is meant.
    """
    loaded = context.load(is_lenient=True)
    if not loaded.is_mode_known:
        raise SettingsError(
            f"the settings that cannot be read may name another mode than {loaded.settings.mode}, so nothing "
            "was done: add --mode with the one that is meant, as in --mode live --panic-exit"
        )
    if not arguments.yes and not _is_confirmed(context, loaded.settings.mode):
        context.warn("nothing was done")
        return 1
    return context.backend.panic_exit(loaded.settings, run_options(arguments), context.write)


def run_resume(_arguments: Namespace, context: Context) -> int:
    """Release the halts that wait for a person."""
    context.write(context.backend.resume(context.load().settings))
    return 0


def run_pause(_arguments: Namespace, context: Context) -> int:
    """Let the running daemon enter nothing new."""
    context.write(context.backend.pause(context.load().settings))
    return 0


def run_flatten(_arguments: Namespace, context: Context) -> int:
    """Let the running daemon enter nothing new and close what it holds."""
    return context.backend.flatten(context.load().settings, context.write)


def run_simulator(arguments: Namespace, context: Context) -> int:
    """Serve the pretend exchange and broker."""
    options = SimulatorOptions(
        port=arguments.port,
        data=arguments.data,
        session_on=arguments.date,
        speed=arguments.speed,
        seed=arguments.seed,
        symbols=arguments.symbols or (),
        breaker_at=arguments.breaker_at,
        token=arguments.token,
        notifier_url=arguments.notifier,
        with_volatility=arguments.volatility,
        exit_at_close=arguments.exit_at_close,
        until_stdin_ends=arguments.until_stdin_ends,
    )
    return context.backend.simulator(context.load().settings, options, context.write)


def run_options(arguments: Namespace) -> RunOptions:
    """What the command line says about this one run."""
    return RunOptions(
        config_file=arguments.config,
        simulator_url=arguments.simulator,
        data=arguments.data,
        session_on=arguments.date,
        speed=arguments.speed,
        seed=arguments.seed,
    )


def _require_replay(arguments: Namespace, mode: Mode) -> None:
    """What chooses a replayed session would be ignored elsewhere: with credentials the mode may be paper."""
    given = [f"--{name}" for name in _OF_A_REPLAY if getattr(arguments, name) is not None]
    if given and mode is not Mode.REPLAY:
        raise SettingsError(
            f"{', '.join(given)}: chooses what a replay plays, and the mode in effect is {mode}: "
            f"add --mode replay, or leave it out"
        )


def _is_confirmed(context: Context, mode: str) -> bool:
    if context.ask is None:
        raise SettingsError("--panic-exit without a terminal needs --yes: nobody is here to confirm it")
    question = f"Cancel every order and close every position of mode {mode}? Type {_YES} to do it: "
    return context.ask(question).strip().lower() == _YES
