"""Translates the hot path to C with mypyc, once for each state of the sources; `make setup` calls it.

Without a C compiler it says so and ends well: the program runs interpreted, only slower.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from trading_bot.native import MODULES, build_folder

PROJECT = Path(__file__).resolve().parent.parent
_MISSING = (
    "no C compiler ({name}) or no Python headers ({headers}): the program runs interpreted, several times "
    "slower for each tick. On Debian: apt install gcc python3-dev, then `make setup` again."
)
_LEFT_OUT = ("talib", "pydantic", "pydantic_settings")
"""Libraries whose types are of no use to the compiler and slow to read."""
_SETUP = """
from mypyc.build import mypycify
from setuptools import setup

setup(
    name="native",
    packages=[],
    ext_modules=mypycify({options!r}, opt_level="2", debug_level="0"),
    script_args=["--quiet", "build_ext", "--build-lib", {target!r}],
)
"""


def main() -> int:
    """Build what is not there yet; 0 also where nothing can be built."""
    target = build_folder()
    if target.is_dir():
        return 0
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    headers = Path(sysconfig.get_paths()["include"]) / "Python.h"
    if shutil.which(compiler) is None or not headers.exists():
        print(_MISSING.format(name=compiler, headers=headers))
        return 0
    print("compiling the hot path (a minute)", flush=True)
    shutil.rmtree(target.parent, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        failed = _compile(Path(scratch), target)
    if failed:
        shutil.rmtree(target, ignore_errors=True)
        print(f"compiling failed, the program runs interpreted and slower:\n{failed}")
    return 0


def _compile(scratch: Path, target: Path) -> str:
    """Build in a copy, so that nothing is left beside the sources; the compiler's words when it fails."""
    shutil.copytree(PROJECT / "trading_bot", scratch / "trading_bot")
    (scratch / "mypy.ini").write_text(
        "[mypy]\npython_version = 3.11\n"
        + "".join(f"[mypy-{name}.*]\nfollow_imports = skip\n" for name in _LEFT_OUT)
    )
    files = [f"{module.replace('.', '/')}.py" for module in MODULES]
    options = ["--config-file", "mypy.ini", *files]
    built = scratch / "built"
    (scratch / "setup.py").write_text(_SETUP.format(options=options, target=str(built)))
    finished = subprocess.run(
        [sys.executable, "setup.py"], cwd=scratch, capture_output=True, text=True, check=False
    )
    if finished.returncode:
        return f"{finished.stdout}{finished.stderr}".strip()
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(built, target)
    return ""


if __name__ == "__main__":
    sys.exit(main())
