"""Protobuf's wire format as a tree that can be spoiled: fields in, fields out, without schema or check."""

import math
import struct
from dataclasses import dataclass
from random import Random

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
_NUMBERS = (0, 1, 2, 127, 128, 2**31, 2**32, 2**53, 2**56, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**70)
_PRICES = (0.0, -1.0, 0.004, 1e9, 1e18, 1e308, 5e-324, math.inf, -math.inf, math.nan)
_DEEPEST = 6


@dataclass
class Part:
    """One field: number, wire type and content, which is nested where it can be read as fields."""

    number: int
    wire_type: int
    content: "int | bytes | list[Part]"


def parts_of(raw: bytes, depth: int = 0) -> list[Part] | None:
    """Return the fields of a message, or None where the bytes are none."""
    parts: list[Part] = []
    at = 0
    while at < len(raw):
        try:
            tag, at = _varint(raw, at)
            number, wire_type = tag >> 3, tag & 7
            if wire_type == VARINT:
                value, at = _varint(raw, at)
                parts.append(Part(number, wire_type, value))
                continue
            length, at = (
                _varint(raw, at) if wire_type == BYTES else ({FIXED_64: 8, FIXED_32: 4}[wire_type], at)
            )
        except (IndexError, KeyError):
            return None
        content = raw[at : at + length]
        at += length
        if len(content) < length or number == 0:
            return None
        nested = parts_of(content, depth + 1) if wire_type == BYTES and length and depth < _DEEPEST else None
        parts.append(Part(number, wire_type, content if nested is None else nested))
    return parts


def bytes_of(parts: list[Part], chance: Random, lies: float = 0.0) -> bytes:
    """Return a message of these fields; with some probability a length says something else than is there."""
    out = bytearray()
    for part in parts:
        out += _as_varint(part.number << 3 | part.wire_type)
        if isinstance(part.content, int):
            out += _as_varint(part.content)
            continue
        content = bytes_of(part.content, chance, lies) if isinstance(part.content, list) else part.content
        if part.wire_type == BYTES:
            wrong = chance.choice((-1, 1, 7, 2**20, 2**40)) if chance.random() < lies else 0
            out += _as_varint(max(0, len(content) + wrong))
        out += content
    return bytes(out)


def spoiled(raw: bytes, others: list[bytes], chance: Random) -> bytes:
    """Return the message with one to four of its fields spoiled, and now and then its bytes as well."""
    parts = parts_of(raw) or []
    for _ in range(chance.randint(1, 4)):
        everywhere = _lists(parts)
        fields = chance.choice(everywhere)
        if fields:
            _spoil_one(fields, chance)
        else:
            fields.append(Part(chance.randint(1, 20), VARINT, chance.choice(_NUMBERS)))
        if others and chance.random() < 0.1:
            fields += parts_of(chance.choice(others)) or []
    content = bytearray(bytes_of(parts, chance, lies=chance.choice((0.0, 0.0, 0.0, 0.05))))
    if chance.random() < 0.2:
        content = content[: chance.randint(0, len(content))]
    for _ in range(chance.choice((0, 0, 0, 1, 3)) if content else 0):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def _spoil_one(fields: list[Part], chance: Random) -> None:
    at = chance.randrange(len(fields))
    part = fields[at]
    match chance.randrange(7):
        case 0:
            del fields[at]
        case 1:
            fields.insert(chance.randint(0, len(fields)), part)
        case 2:
            chance.shuffle(fields)
        case 3:
            part.number = chance.choice((part.number + 1, 1, 2, 15, 16, 2**28))
        case _:
            _spoil_content(part, chance)


def _spoil_content(part: Part, chance: Random) -> None:
    if part.wire_type == VARINT:
        part.content = chance.choice(_NUMBERS)
    elif part.wire_type == FIXED_64:
        part.content = struct.pack("<d", chance.choice(_PRICES))
    elif isinstance(part.content, list):
        part.content = chance.choice((b"", b"\xff\xfe", "कंपनी|😀".encode(), part.content[:1]))
    else:
        part.content = chance.choice((b"", bytes(part.content) * 2, b"\x80\xed\xa0\x80"))


def _lists(parts: list[Part]) -> list[list[Part]]:
    """Every list of fields, at any depth."""
    nested = [found for part in parts if isinstance(part.content, list) for found in _lists(part.content)]
    return [parts, *nested]


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        value |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return value, at
        shift += 7


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
