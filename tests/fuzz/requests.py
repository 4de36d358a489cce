"""Requests made of the service's own document, most of them wrong: whatever comes, the service says what is wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from ledger import Event
from tests.ledger.http.program import Program, fields

ODD: tuple[Any, ...] = (None, True, 0, -1, 2**70, 1.5, 1e308, "", " ", "0", "-0", "NaN", "\ud800", "\x00", "\u202e",
                        "a" * 300, "é", "../..", "2020-02-30", "9999-12-31", "0001-01-01", [], {}, [[]],
                        {"a": {}}, "1e400")  # fmt: skip
RAW = (b"", b"null", b"{", b"[]", b'{"a":1,"a":2}', b"NaN", b"\xff", b"[" * 3_000, b'{"events":[null]}', b'"\\ud800"',
       b'{"events":[{}]}', b'{"acknowledge":{"a":NaN}}', b"-", b"1" * 5_000)  # fmt: skip


class Asked(NamedTuple):
    """A request."""

    method: str
    address: str
    body: bytes
    kind: str


def requests(document: dict[str, Any], events: Sequence[Event], deals: Sequence[str], seed: int) -> Iterator[Asked]:
    """Yield requests without end: each of an operation that is drawn, as its schemas say or spoilt."""
    drawn = random.Random(seed)
    made = _Maker(drawn, document, events, deals)
    operations = [(path, method, held[method]) for path, held in document["paths"].items() for method in held]
    while True:
        path, method, operation = drawn.choice(operations)
        query: list[tuple[str, str]] = []
        for item in operation.get("parameters", ()):
            value = str(made.value(item["schema"], item["name"]))
            if item["in"] == "path":
                path = path.replace(f"{{{item['name']}}}", quote(value.encode("utf-8", "replace"), safe=""))
            elif item.get("required") or drawn.random() < 0.3:
                query.append((item["name"], value.encode("utf-8", "replace").decode()))
        address = path + (f"?{urlencode(query)}" if query else "")
        kinds = list(operation.get("requestBody", {}).get("content", {}).items())
        if not kinds:
            yield Asked(method.upper(), address, b"", "")
            continue
        kind, held = drawn.choice(kinds)
        yield Asked(method.upper(), address, made.body(kind, held["schema"]), kind)


class _Maker:
    def __init__(
        self, drawn: random.Random, document: dict[str, Any], events: Sequence[Event], deals: Sequence[str]
    ) -> None:
        self._drawn, self._schemas = drawn, document["components"]["schemas"]
        self._events, self._deals = events, deals

    def body(self, kind: str, schema: dict[str, Any]) -> bytes:
        """Return a body: of bytes that are nothing, or of what the schema says."""
        if self._drawn.random() < 0.1:
            return self._drawn.choice(RAW)
        if kind == "application/json":
            return json.dumps(self.value(schema, "")).encode()
        made = b"".join(json.dumps(self._event()).encode() + b"\n" for _ in range(self._drawn.randint(0, 3)))
        return made if kind == "application/x-ndjson" else b"\xff\xff\xff\xff" + made

    def value(self, schema: dict[str, Any], name: str) -> Any:
        """Return a value that a schema allows, or now and then any other."""
        drawn = self._drawn
        if drawn.random() < 0.06:
            return drawn.choice(ODD)
        if "$ref" in schema:
            named = schema["$ref"].rpartition("/")[2]
            return self._event() if named == "Event" else self.value(self._schemas[named], name)
        if "anyOf" in schema:
            return self.value(drawn.choice(schema["anyOf"]), name)
        if name == "deal":
            return drawn.choice(self._deals)
        if name in ("event_id", "code", "figure"):
            return drawn.choice([event.event_id for event in self._events])
        match schema.get("type"):
            case "integer":
                least, most = schema.get("minimum", 0), schema.get("maximum", 100)
                # Nobody waits for a test.
                return 0 if name == "wait" else drawn.choice([least, most, drawn.randint(least, min(most, least + 40))])
            case "boolean":
                return drawn.choice(["true", "false"]) if name == "dry_run" else drawn.random() < 0.5
            case "null":
                return None
            case "array":
                return [self.value(schema["items"], "") for _ in range(drawn.randint(0, 3))]
            case "object":
                held = schema.get("properties", {})
                needed = schema.get("required", ())
                return {each: self.value(held[each], each) for each in held if each in needed or drawn.random() < 0.5}
            case "string" if schema.get("format") == "date":
                return drawn.choice(["2021-01-25", "2021-02-25", "2020-12-01", "2021-01-01", "2199-12-31"])
        return drawn.choice(["", "a", "now", "closed", "collection_account", "x" * 200, "J. Marsh"])

    def _event(self) -> Any:
        found: dict[str, Any] = fields(self._drawn.choice(self._events))
        while self._drawn.random() < 0.4:
            found[self._drawn.choice([*found, "a"])] = self._drawn.choice(ODD)
        return found


def wrong(program: Program, asked: Asked) -> str:
    """Return what is wrong with an answer; nothing where it is as the document says."""
    got = program.ask(asked.method, asked.address, asked.body, kind=asked.kind)
    told = f"{asked.method} {asked.address} {asked.body[:300]!r}: {got.status} {got.content[:300]!r}"
    if got.status != 503 and not (got.status == 200 or 400 <= got.status < 500):
        return told
    kind = got.headers["content-type"]
    if kind != "application/x-ndjson":
        said = json.loads(got.content)
        if got.status != 200 and (kind != "application/problem+json" or said["status"] != got.status):
            return told
    return ""
