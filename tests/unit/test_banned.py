"""What the program never does: trust any certificate, run what it reads, start a shell (faults 103, 121).

The linter knows some of these; here they are one list, without exemptions.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = sorted((PROJECT / "trading_bot").rglob("*.py"))
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib", "yaml", "telnetlib"}
CALLS = {"eval", "exec", "compile", "os.system", "os.popen", "ssl._create_unverified_context"}
NAMES = {
    "CERT_NONE",
    "CERT_OPTIONAL",
    "_create_unverified_context",
    "MarketDataStreamerV3",
    "MarketDataStreamer",
}
"""The last two are the SDK's own sockets, which do not look at certificates."""
KEYWORDS = {
    ("verify", bool, False),
    ("verify_ssl", bool, False),
    ("ssl", bool, False),
    ("check_hostname", bool, False),
    ("assert_hostname", bool, False),
    ("shell", bool, True),
    ("allow_pickle", bool, True),
    ("cert_reqs", str, "CERT_NONE"),
}


def offences(source: str) -> list[str]:
    """What in a module is banned."""
    nodes = list(ast.walk(ast.parse(source)))
    return [found for look in (_imports, _calls, _arguments) for node in nodes for found in look(node)]


def _imports(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (name.name for name in names if name.name.split(".")[0] in MODULES)
        case ast.ImportFrom(module=str(module)) if module.split(".")[0] in MODULES:
            yield module


def _calls(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=function) if ast.unparse(function) in CALLS:
            yield ast.unparse(function)
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) if name in NAMES:
            yield name


def _arguments(node: ast.AST) -> Iterator[str]:
    match node:
        case (
            ast.keyword(arg=str(name), value=ast.Constant(value=value))
            | ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Constant(value=value))
        ) if (name, type(value), value) in KEYWORDS:
            yield f"{name}={value}"


def test_no_module_does_what_is_banned():
    found = {file: offences(file.read_text(encoding="utf-8")) for file in SOURCES}

    assert {str(file): banned for file, banned in found.items() if banned} == {}
    assert len(SOURCES) > 300


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "import yaml.loader",
        "from marshal import loads",
        "eval('1')",
        "os.system('ls')",
        "context = ssl._create_unverified_context()",
        "context.verify_mode = ssl.CERT_NONE",
        "context.check_hostname = False",
        "requests.get(url, verify=False)",
        "session.get(url, ssl=False)",
        "PoolManager(assert_hostname=False)",
        "PoolManager(cert_reqs='CERT_NONE')",
        "subprocess.run('ls', shell=True)",
        "numpy.load(file, allow_pickle=True)",
        "from upstox_client import MarketDataStreamerV3",
    ],
)
def test_what_is_banned_is_seen(source):
    assert offences(source)


def test_what_only_looks_alike_is_not():
    assert offences("re.compile('x'); connect(url, ssl=None, shell=False); executor = 1") == []
