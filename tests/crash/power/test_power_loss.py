"""What was acknowledged before the power failed is there when it comes back. Fault 88, V1.

The writer is a process that runs the real journal; a library that is loaded into it records what it writes
and what it flushes. From the record the disk is made as it may be after a loss of power, and opened again.
"""

import random
import subprocess
import sys

import pytest

from tests.acceptance.programs import environment
from tests.crash.power.losses import images, reopened
from tests.crash.power.record import Deed, Disk, built, compiler, deeds_of, recording

IMAGES = 8
pytestmark = pytest.mark.skipif(compiler() is None, reason="records a process through a library in C")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return built(tmp_path_factory.mktemp("recorder"))


@pytest.fixture
def record(tmp_path, library):
    """Runs writers one after the other on one journal and returns all that they did."""
    folder, path = tmp_path / "data", tmp_path / "record"
    folder.mkdir()

    def run(*lives):
        for life in lives:
            command = [
                sys.executable,
                "-m",
                "tests.crash.power.writer",
                str(folder / "j.db"),
                *map(str, life),
            ]
            subprocess.run(
                command,
                check=True,
                stdout=subprocess.DEVNULL,
                env=environment(**recording(library, path, folder)),
            )
        return folder, deeds_of(path)

    return run


def acknowledged(deeds):
    return max((int(deed.content) for deed in deeds if deed.kind == "A"), default=0)


def chosen_moments(deeds, dice):
    """Some anywhere, and as many just after an acknowledgement."""
    spoken = [number + 1 for number, deed in enumerate(deeds) if deed.kind == "A"]
    return dice.choices(range(len(deeds)), k=IMAGES // 2) + dice.choices(spoken, k=IMAGES // 2)


@pytest.mark.parametrize("lives", [[[220]], [[60], [160, 120]]])
def test_a_row_that_was_acknowledged_survives_a_loss_of_power(record, lives):
    """In one life with checkpoints; in two, with a backup between and the emergency journal at the end."""
    folder, deeds = record(*lives)
    dice = random.Random(str(lives))
    moments = chosen_moments(deeds, dice)

    for moment, left in images(deeds, moments, dice, folder):
        newest, problems = reopened(left / "j.db")
        assert problems == [], moment
        assert newest >= acknowledged(deeds[:moment]), moment

    assert acknowledged(deeds) >= 60
    assert any(deed.kind == "F" for deed in deeds)


def test_a_file_that_is_only_being_made_does_not_stop_the_next_start(record):
    folder, deeds = record([3])
    first = next(number for number, deed in enumerate(deeds) if deed.content.endswith(b"j.db"))
    made = range(first, first + 12)

    for moment, left in images(deeds, list(made), random.Random(2), folder):
        assert reopened(left / "j.db")[1] == [], moment


def test_a_journal_that_does_not_flush_is_found_out(record):
    """The test itself: without the flushes of the record the same rows are lost."""
    folder, deeds = record([90])
    unflushed = [deed for deed in deeds if deed.kind != "F"]
    dice = random.Random(1)
    moments = range(len(unflushed) // 2, len(unflushed), max(1, len(unflushed) // 20))

    found = [
        reopened(left / "j.db")[0] < acknowledged(unflushed[:moment]) or reopened(left / "j.db")[1]
        for moment, left in images(unflushed, list(moments), dice, folder)
    ]

    assert any(found)


def deed(kind, inode=1, offset=0, content=b"", other=""):
    return Deed(kind, inode, offset, content, other)


def left_of(tmp_path, deeds, seed):
    disk = Disk()
    for one in deeds:
        disk.take(one)
    folder = tmp_path / str(seed)
    folder.mkdir()
    disk.lose_power(random.Random(seed), folder, recorded="/r")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_flushed_stays_and_the_rest_may_be_missing_or_torn(tmp_path):
    deeds = [
        deed("C", content=b"/r/a"),
        deed("W", content=b"1" * 1024),
        deed("F"),
        deed("D", content=b"/r"),
        deed("W", content=b"2" * 1024),
    ]

    seen = {left_of(tmp_path, deeds, seed)["a"] for seed in range(40)}

    assert seen == {first * 512 + second * 512 for first in (b"1", b"2") for second in (b"1", b"2")}


def test_a_new_name_is_safe_only_once_its_folder_is_flushed(tmp_path):
    deeds = [deed("C", content=b"/r/a"), deed("W", content=b"1"), deed("F")]

    assert {len(left_of(tmp_path, deeds, seed)) for seed in range(20)} == {0, 1}
    assert left_of(tmp_path, [*deeds, deed("D", content=b"/r")], 99) == {"a": b"1"}


def test_a_file_that_takes_another_s_place_is_one_or_the_other(tmp_path):
    deeds = [
        deed("C", content=b"/r/a"),
        deed("C", inode=2, content=b"/r/b"),
        deed("W", content=b"old"),
        deed("W", inode=2, content=b"new"),
        deed("F"),
        deed("F", inode=2),
        deed("D", content=b"/r"),
        deed("R", content=b"/r/b", other="/r/a"),
    ]

    assert {left_of(tmp_path, deeds, seed)["a"] for seed in range(20)} == {b"old", b"new"}
