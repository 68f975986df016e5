"""What a process did to its files, as the recorder wrote it down, and what a loss of power can leave of it.

The model is that of an ordered file system: what was flushed is there. Of writes since the last flush of a
file any may be there or not, in parts of 512 bytes. Names that were made, changed or removed since the last
flush of their folder are there up to some point. A file that lost its name is gone.
"""

import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

_HEAD = struct.Struct("<cQQII")
_SECTOR = 512
_SOURCE = Path(__file__).with_name("recorder.c")
NOT_KEPT = ("-shm",)
"""Shared memory of SQLite, which a new process makes anew."""


class Deed(NamedTuple):
    """One line of a record."""

    kind: str
    inode: int
    offset: int
    content: bytes
    other: str


def compiler() -> str | None:
    """The C compiler of this machine, where there is one that can be used."""
    return shutil.which("cc") if sys.platform == "linux" else None


def built(folder: Path) -> Path:
    """The recorder, ready to be preloaded."""
    library, found = folder / "recorder.so", compiler()
    assert found is not None
    if not library.exists():
        command = [found, "-shared", "-fPIC", "-O1", "-o", str(library), str(_SOURCE), "-ldl", "-lpthread"]
        subprocess.run(command, check=True)
    return library


def recording(library: Path, record: Path, folder: Path) -> Mapping[str, str]:
    """Environment of a process that is to be recorded."""
    return {"LD_PRELOAD": str(library), "RECORD": str(record), "RECORDED_FOLDER": str(folder)}


def deeds_of(record: Path) -> list[Deed]:
    """Everything that was written down whole."""
    return list(_read(record.read_bytes()))


def _read(content: bytes) -> Iterator[Deed]:
    place = 0
    while place + _HEAD.size <= len(content):
        kind, inode, offset, length, other_length = _HEAD.unpack_from(content, place)
        place += _HEAD.size
        end = place + length + other_length
        if end > len(content):
            return
        text = content[place + length : end].decode()
        yield Deed(kind.decode(), inode, offset, content[place : place + length], text)
        place = end


@dataclass
class _File:
    flushed: bytearray = field(default_factory=bytearray)
    pending: list[Deed] = field(default_factory=list)


class _Name(NamedTuple):
    """A change of a name: the file it means from then on, None when it is gone."""

    path: str
    file: _File | None

    @property
    def folder(self) -> str:
        """Where the name stands."""
        return str(Path(self.path).parent)


@dataclass
class Disk:
    """The files as the deeds so far left them on the platter, and what is still on its way."""

    _files: dict[int, _File] = field(default_factory=dict)
    _names: dict[str, _File] = field(default_factory=dict)
    """As the process sees them."""
    _kept: dict[str, _File] = field(default_factory=dict)
    _changes: list[_Name] = field(default_factory=list)

    def take(self, deed: Deed) -> None:
        """Follow one deed."""
        match deed.kind:
            case "C":
                self._files[deed.inode] = _File()
                self._rename(_Name(deed.content.decode(), self._files[deed.inode]))
            case "W" | "T":
                self._files[deed.inode].pending.append(deed)
            case "F":
                file = self._files[deed.inode]
                for pending in file.pending:
                    _apply(file.flushed, pending)
                file.pending.clear()
            case "U":
                self._rename(_Name(deed.content.decode(), None))
            case "R":
                moved = self._names[deed.content.decode()]
                self._rename(_Name(deed.other, moved), _Name(deed.content.decode(), None))
            case "D":
                self._keep_names(deed.content.decode())

    def lose_power(self, dice: random.Random, folder: Path, *, recorded: Path) -> None:
        """Write into a new folder what a loss of power at this moment leaves."""
        names = dict(self._kept)
        for change in self._changes[: dice.randint(0, len(self._changes))]:
            _put(names, change)
        for path, file in names.items():
            target = folder / Path(path).relative_to(recorded)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.endswith(NOT_KEPT):
                target.write_bytes(_torn(file, dice))
                target.chmod(0o600)

    def _rename(self, *changes: _Name) -> None:
        for change in changes:
            _put(self._names, change)
            self._changes.append(change)

    def _keep_names(self, folder: str) -> None:
        for change in self._changes:
            if change.folder == folder:
                _put(self._kept, change)
        self._changes = [change for change in self._changes if change.folder != folder]


def _put(names: dict[str, _File], change: _Name) -> None:
    if change.file is None:
        names.pop(change.path, None)
    else:
        names[change.path] = change.file


def _torn(file: _File, dice: random.Random) -> bytes:
    """What is flushed, and of the rest whatever the dice keep."""
    content = bytearray(file.flushed)
    share = dice.choice((0.0, 0.3, 0.7, 1.0))
    for deed in file.pending:
        if deed.kind == "T":
            if dice.random() < share:
                _apply(content, deed)
            continue
        for place in range(0, len(deed.content), _SECTOR):
            if dice.random() < share:
                part = deed.content[place : place + _SECTOR]
                _apply(content, deed._replace(offset=deed.offset + place, content=part))
    return bytes(content)


def _apply(content: bytearray, deed: Deed) -> None:
    missing = deed.offset + len(deed.content) - len(content)
    if missing > 0:
        content.extend(bytes(missing))
    if deed.kind == "T":
        del content[deed.offset :]
    else:
        content[deed.offset : deed.offset + len(deed.content)] = deed.content
