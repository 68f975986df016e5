"""The engine beside other engines: the same strategy on the same candles, one process each, in one run.

    python benchmarks/peers.py --scripts FOLDER --venvs FOLDER --data FOLDER [--files NAME ...] [--rounds 3]

or PEERS_SCRIPTS, PEERS_VENVS and PEERS_DATA in the environment. FOLDER/NAME.parquet are the candles. The
scripts of the peers are called from where they lie; each runs in VENVS/<its own>/bin/python, and one whose
environment or script is missing is left out. Every script prints one line of JSON with `bars`, `run_s`,
`trades` and `final_equity`. The rates are the best of all rounds: on a machine with other work that is the
least disturbed. At the end sweeps of the first file are compared: sets times candles a second.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.machine import machine

OURS = "ours"
_TIMEOUT_S = 300


class Peer(NamedTuple):
    """A script, the environment that it runs in, and what it is told besides the file."""

    venv: str
    script: str
    options: tuple[str, ...] = ()


PEERS: dict[str, Peer] = {
    "backtesting.py": Peer("backtestingpy", "peer_backtestingpy.py"),
    "basana": Peer("basana", "peer_basana.py"),
    "NautilusTrader, exact fills": Peer("nautilus", "peer_nautilus.py", ("--fills", "exact")),
    "backtrader": Peer("backtrader", "peer_backtrader.py"),
    "vectorbt, signals": Peer("vectorbt", "peer_vectorbt.py", ("--style", "signals")),
    "vectorbt, order function": Peer("vectorbt", "peer_vectorbt.py", ("--style", "orderfunc")),
    "raptorbt, class": Peer("raptorbt", "peer_raptorbt.py", ("--style", "class")),
    "freqtrade": Peer("freqtrade", "peer_freqtrade.py"),
    "jesse, precomputed indicators": Peer("jesse", "peer_jesse.py"),
    "jesse, as documented, 20,000": Peer(
        "jesse", "peer_jesse.py", ("--style", "typical", "--limit", "20000")
    ),
    "plain objects, no engine": Peer("core", "ref_engine.py"),
}

SWEEPS: dict[str, Peer] = {
    "vectorbt, order function": Peer("vectorbt", "sweep_peers.py", ("vectorbt",)),
    "raptorbt, batch": Peer("raptorbt", "sweep_peers.py", ("raptorbt",)),
    "backtesting.py, two processes": Peer("backtestingpy", "sweep_peers.py", ("backtestingpy",)),
}
_SWEEP_SETS, _PEER_SETS = 1_000, 20
"""Ours plays so many sets, and the peers, which are slower, so many of them."""


def main() -> None:
    """Run everything round by round, and print a table for each file."""
    parser = argparse.ArgumentParser()
    for name in ("scripts", "venvs", "data"):
        default = os.environ.get(f"PEERS_{name.upper()}")
        parser.add_argument(f"--{name}", type=Path, default=default, required=default is None)
    parser.add_argument("--files", nargs="+", default=["single_100k", "single_500k", "multi_50x20k"])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(machine())
    for name in options.files:
        told: dict[str, list[dict[str, Any]]] = {}
        print(f"\n{name}; load of the machine before: {os.getloadavg()[0]:.1f}", flush=True)
        for _ in range(options.rounds):
            _round(told, options, options.data / f"{name}.parquet")
        print(f"load after: {os.getloadavg()[0]:.1f}")
        _show(told)
    _sweeps(options, options.data / f"{options.files[0]}.parquet")


def _sweeps(options: argparse.Namespace, path: Path) -> None:
    print(f"\nsweeps of {path.stem}; load of the machine before: {os.getloadavg()[0]:.1f}", flush=True)
    ours = [sys.executable, str(Path(__file__).with_name("peer_ours.py")), str(path)]
    few = _run([*ours, "--sweep", str(_PEER_SETS)], {})
    told = {f"{OURS}, all cores": _run([*ours, "--sweep", str(_SWEEP_SETS)], {}), f"{OURS}, few sets": few}
    for name, peer in SWEEPS.items():
        python, script = options.venvs / peer.venv / "bin/python", options.scripts / peer.script
        if python.exists() and script.exists():
            command = [str(python), str(script), *peer.options, str(path), "--params", str(_PEER_SETS)]
            told[name] = _run([*command, "--repeat", "1"], {"PYTHONPATH": str(options.scripts)})
    print(f"{'engine':30} {'sets':>6} {'M candles/s':>12} {'sum of results':>18}")
    for name, runs in told.items():
        for run in runs:
            rate = run["bars"] * run["params"] / min(run["run_s"]) / 1e6
            print(f"{name:30} {run['params']:6} {rate:12,.2f} {run.get('eq_sum') or float('nan'):18,.4f}")


def _round(told: dict[str, list[dict[str, Any]]], options: argparse.Namespace, path: Path) -> None:
    ours = Path(__file__).with_name("peer_ours.py")
    _tell(told, OURS, _run([sys.executable, str(ours), str(path), "--repeat", "1"], {}))
    for name, peer in PEERS.items():
        python, script = options.venvs / peer.venv / "bin/python", options.scripts / peer.script
        if python.exists() and script.exists():
            command = [str(python), str(script), str(path), *peer.options, "--repeat", "1"]
            _tell(told, name, _run(command, {"PYTHONPATH": str(options.scripts)}))


def _tell(told: dict[str, list[dict[str, Any]]], name: str, runs: list[dict[str, Any]]) -> None:
    """Keep what a script told, and show it at once: a round takes minutes."""
    told.setdefault(name, []).extend(runs)
    for run in runs:
        print(f"  {name}: {_rate(run):,.0f} candles/s", flush=True)


def _run(command: list[str], environment: dict[str, str]) -> list[dict[str, Any]]:
    """What a script printed; nothing where it failed or took too long."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        print(f"  more than {_TIMEOUT_S} s: {command[1]}")
        return []
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        print(f"  failed: {command[1]}: {done.stderr.strip()[-200:]}")
    return [json.loads(lines[-1])] if lines else []


def _show(told: dict[str, list[dict[str, Any]]]) -> None:
    if not told[OURS]:
        return
    best = {name: max(map(_rate, runs)) for name, runs in told.items() if runs}
    print(f"{'engine':30} {'candles/s':>12} {'ours is':>8} {'trades':>7} {'final equity':>18} {'MB':>6}")
    for name, rate in sorted(best.items(), key=lambda one: -one[1]):
        run = told[name][-1]
        print(
            f"{name:30} {rate:12,.0f} {best[OURS] / rate:7.1f}x {run['trades']:7}"
            f" {run['final_equity']:18,.4f} {run['rss_mb']:6}"
        )
    cpu = max(run["bars"] / min(run["cpu_s"]) for run in told[OURS])
    print(
        f"ours by its processor time: {cpu:,.0f} candles/s, {told[OURS][-1]['journal_rows']} rows journaled"
    )


def _rate(run: dict[str, Any]) -> float:
    """Candles a second of the best run; compilers run in the first one."""
    runs = run["run_s"][1:] or run["run_s"]
    return float(run["bars"] / min(runs))


if __name__ == "__main__":
    main()
