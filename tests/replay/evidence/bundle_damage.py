"""Seeded damage to a bundle: what an accident does to it, and what somebody does who makes everything else fit."""

from __future__ import annotations

import io
import json
import random
import zlib
from collections.abc import Callable
from hashlib import sha256

from ledger.evidence.bundles.canonical_zip import Content, deflated, write_zip

Members = dict[str, bytes]
EVERY = 20
"""Events from one waypoint of the damaged bundle to the next."""
LINES = ("events.txt", "envelopes.txt", "waypoints.txt")


def zipped(members: list[tuple[str, bytes]], chance: random.Random | None = None, **odd: int) -> bytes:
    """Return a zip of these members; with ``chance`` deflated in another way, perhaps stating what is not so."""
    out = io.BytesIO()
    contents = []
    for name, content in members:
        made = deflated(name, io.BytesIO(), content)
        if chance is not None:
            deflate = zlib.compressobj(chance.choice((0, 1, 9)), zlib.DEFLATED, -15)
            raw = deflate.compress(content) + deflate.flush()
            made = Content(name, io.BytesIO(raw), made.size, made.crc, made.sha256, len(raw), made.method)
        contents.append(made)
    if odd:
        at = odd["member"] % len(contents)
        made = contents[at]
        made.file.seek(0)
        raw = made.file.read() + bytes(odd.get("trailing", 0))
        size = max(0, made.size + odd.get("size", 0))
        contents[at] = Content(made.name, io.BytesIO(raw), size, made.crc, made.sha256, len(raw), made.method)
    write_zip(out, contents)
    return out.getvalue()


def fitting(members: Members, chance: random.Random) -> Members:
    """Make the manifest fit the members again, mostly; and the head too, sometimes."""
    manifest = json.loads(members["manifest.json"])
    for name, content in members.items():
        if name in manifest["members"] or chance.random() < 0.5:
            manifest["members"][name] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    for name in ("manifest.json", "signature.json"):
        manifest["members"].pop(name, None)
    manifest["members"] = {name: item for name, item in manifest["members"].items() if name in members}
    if chance.random() < 0.5:
        manifest["envelopes"] = members.get("envelopes.txt", b"").count(b"\n")
        manifest["events"] = manifest["head"]["sequence"] = members["events.txt"].count(b"\n")
    return {**members, "manifest.json": spelt(manifest)}


def spelt(manifest: object) -> bytes:
    """Return a manifest as it is written."""
    return json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def change_raw(sound: bytes, _members: Members, chance: random.Random) -> bytes:
    """Change, cut, lengthen or double bytes of the file, more often where the little things are."""
    content = bytearray(sound)
    at = chance.choice((chance.randrange(len(sound)), chance.randrange(400), len(sound) - chance.randrange(1, 600)))
    kind = chance.randrange(5)
    if kind <= 1:
        content[at] ^= chance.randrange(1, 256)
    elif kind == 2:
        del content[at : at + chance.choice((1, 2, 50, len(sound)))]
    elif kind == 3:
        content[at:at] = chance.randbytes(chance.choice((1, 4, 60)))
    else:
        content += chance.choice((b"\0", b"PK\x05\x06" + bytes(18), bytes(sound[-22:]), bytes(sound)))
    return bytes(content)


def change_headers(sound: bytes, _members: Members, chance: random.Random) -> bytes:
    """Change a number in a local header or in the directory: sizes, lengths, offsets, flags, methods."""
    starts = [at for mark in (b"PK\x03\x04", b"PK\x01\x02", b"PK\x06\x06", b"PK\x05\x06") for at in places(sound, mark)]
    at = chance.choice(starts) + chance.randrange(4, 80)
    content = bytearray(sound)
    content[at : at + 2] = chance.choice((b"\0\0", b"\x01\0", b"\x08\0", b"\xff\xff", chance.randbytes(2)))
    return bytes(content[: len(sound)])


def places(content: bytes, mark: bytes) -> list[int]:
    """Return where a mark stands."""
    return [at for at in range(len(content)) if content.startswith(mark, at)]


def change_member(_sound: bytes, members: Members, chance: random.Random) -> bytes:
    """Change the bytes of a member; the manifest is made to fit, or is not."""
    name = chance.choice(list(members))
    content = bytearray(members[name])
    for _ in range(chance.randrange(1, 3)):
        at = chance.randrange(len(content) + 1)
        kind = chance.randrange(3)
        if kind == 0 and content:
            content[at % len(content)] = chance.randrange(256)
        elif kind == 1:
            content[at:at] = chance.choice((b" ", b"\n", b"0", b"{", b"\xff", b"\r", chance.randbytes(1)))
        else:
            del content[at : at + chance.choice((1, 7))]
    return repacked({**members, name: bytes(content)}, chance)


def change_lines(_sound: bytes, members: Members, chance: random.Random) -> bytes:
    """Drop, double, exchange or move lines of the log."""
    name = chance.choice([name for name in LINES if members.get(name)])
    lines = members[name].splitlines(keepends=True)
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.randrange(5)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(other, lines[at])
    elif kind == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        lines = lines[:at]
    else:
        lines[at] = chance.choice((b"\n", b"0 0 {}\n", b"{}\n", lines[at].replace(b" ", b"  ", 1), lines[at][:-1]))
    return repacked({**members, name: b"".join(lines)}, chance)


def change_numbers(_sound: bytes, members: Members, chance: random.Random) -> bytes:
    """Change a stamp of an event, or a word or a range of an envelope, and keep its line readable."""
    name = chance.choice([name for name in ("events.txt", "envelopes.txt") if members.get(name)])
    lines = members[name].splitlines(keepends=True)
    at = chance.randrange(len(lines))
    digits = [place for place, letter in enumerate(lines[at]) if letter in b"0123456789"]
    line = bytearray(lines[at])
    line[chance.choice(digits)] = chance.choice(b"0123456789")
    lines[at] = bytes(line)
    return repacked({**members, name: b"".join(lines)}, chance)


def change_manifest(_sound: bytes, members: Members, chance: random.Random) -> bytes:
    """Put another value somewhere into the manifest."""
    manifest = json.loads(members["manifest.json"])
    values: tuple[object, ...] = (
        0,
        1,
        -1,
        True,
        None,
        "",
        "x",
        [],
        {},
        1.5,
        2**63,
        2**31,
        "0" * 64,
        "F" * 64,
        "indenture bundle 2",
        "\u00e9",
    )
    where = chance.choice((manifest, manifest["head"], manifest["members"], *manifest["members"].values()))
    key = chance.choice([*where, "other"])
    if chance.random() < 0.2:
        where.pop(key, None)
    else:
        where[key] = chance.choice((*values, where.get(key)))
    raw = spelt(manifest)
    if chance.random() < 0.1:
        raw = json.dumps(manifest, indent=chance.choice((None, 2)), sort_keys=True).encode() + b"\n"
    return zipped(list({**members, "manifest.json": raw}.items()))


def change_members(_sound: bytes, members: Members, chance: random.Random) -> bytes:
    """Leave members out, double them, name them otherwise, bring in others, or let them stand in another order."""
    kind = chance.randrange(6)
    items = list(members.items())
    at = chance.randrange(len(items))
    name, content = items[at]
    if kind == 0:
        del items[at]
    elif kind == 1:
        items.insert(chance.randrange(len(items)), (name, content))
    elif kind == 2:
        names = ("x", "../x", "statements/2002-13-45.csv", "EVENTS.TXT", "statements/2002-09-26.csv", "events.jsonl")
        items[at] = (chance.choice(names), content)
    elif kind == 3:
        items.append((chance.choice(("x", "statements/9999-99-99.csv", "a/", "signature.json")), b"x"))
    elif kind == 4:
        chance.shuffle(items)
    else:
        return zipped(items, member=at, size=chance.choice((-1, 1, 1 << 40)), trailing=chance.choice((0, 1)))
    whole = len({name for name, _ in items}) == len(items) and {"events.txt", "manifest.json"} <= dict(items).keys()
    if whole and chance.random() < 0.5:
        items = list(fitting(dict(items), chance).items())
    return zipped(items)


def deflate_anew(_sound: bytes, members: Members, chance: random.Random) -> bytes:
    """Deflate every member in another way, which says nothing; or let something trail behind one."""
    items = list(members.items())
    if chance.random() < 0.5:
        return zipped(items, chance)
    return zipped(items, chance, member=chance.randrange(len(items)), trailing=chance.choice((1, 5)))


def chained_anew(members: Members, chance: random.Random) -> bytes:
    """Change, drop, double or exchange an event, and make the whole chain fit again, as whoever knows the rule can."""
    lines = members["events.txt"].splitlines()
    at, other, kind = chance.randrange(len(lines)), chance.randrange(len(lines)), chance.randrange(5)
    if kind == 0 and len(lines) > 1:
        del lines[at]
    elif kind == 1:
        lines.insert(other, lines[at])
    elif kind == 2 and at != other:
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        moment, rest = lines[at].split(b" ", 1)
        lines[at] = b"%d %b" % (int(moment) + 1, rest)
    else:
        digits = [place for place, letter in enumerate(lines[at]) if letter in b"0123456789"]
        line = bytearray(lines[at])
        place = chance.choice(digits)
        line[place] = chance.choice(sorted(set(b"123456789") - {line[place]}))
        lines[at] = bytes(line)
    words = [line.split(b" ", 1)[1] for line in members["envelopes.txt"].splitlines()]
    begun = {json.loads(said)["first_sequence"]: sha256(said).hexdigest() for said in words}
    previous, waypoints = bytes(32), b""
    for sequence, told in enumerate(lines, 1):
        added = b"%d|%b" % (sequence, told.replace(b" ", b"|", 2))
        if sequence in begun:
            added = b"2|%b|%b" % (begun[sequence].encode(), added)
        previous = sha256(previous + added).digest()
        if sequence % EVERY == 0:
            waypoints += b"%d %b\n" % (sequence, previous.hex().encode())
    events = b"".join(told + b"\n" for told in lines)
    manifest = json.loads(members["manifest.json"])
    anew = {**members, "events.txt": events, "waypoints.txt": waypoints}
    for name in ("events.txt", "waypoints.txt"):
        manifest["members"][name] = {"bytes": len(anew[name]), "sha256": sha256(anew[name]).hexdigest()}
    manifest["events"] = len(lines)
    manifest["head"] = {"sequence": len(lines), "hash": previous.hex()}
    return zipped(list({**anew, "manifest.json": spelt(manifest)}.items()))


def repacked(members: Members, chance: random.Random) -> bytes:
    """Return the zip of members; in most cases the manifest is made to fit them."""
    fit = chance.random() < 0.8 and "events.txt" in members
    try:
        return zipped(list((fitting(members, chance) if fit else members).items()))
    except (ValueError, TypeError, LookupError, AttributeError):
        return zipped(list(members.items()))


DAMAGES: tuple[Callable[[bytes, Members, random.Random], bytes], ...] = (
    change_raw,
    change_headers,
    change_member,
    change_lines,
    change_numbers,
    change_manifest,
    change_members,
    deflate_anew,
)
