from __future__ import annotations

import datetime as dt
import io
import random
import time
from decimal import Decimal
from threading import BoundedSemaphore

import polars
import pytest

from ledger.errors import StoreError
from ledger.http import bodies, server
from ledger.http.asking import Problem
from ledger.http.routes import ARROW, JSON, LINES
from tests.deals.toy import LOANS, due_date, month_events
from tests.ledger.http.program import Program, batch, fields, lines
from tests.ledger.http.test_arrow import stream

TABLE = polars.DataFrame(
    {
        "event_id": [f"due/{loan}" for loan in LOANS],
        "effective_date": [due_date(1)] * len(LOANS),
        "loan": list(LOANS),
        "principal": [Decimal("100.00")] * len(LOANS),
        "interest": [Decimal("1000.00")] * len(LOANS),
    }
)
DUE = "/deals/toy/events?type=scheduled_payment_due"


def test_a_table_is_posted_as_its_events_are(program: Program) -> None:
    first = program.send(DUE, stream(TABLE), ARROW)
    assert first.status == 200
    assert first.json["events"] == len(LOANS)
    assert program.send(DUE, stream(TABLE), ARROW).content == first.content
    due = [
        fields(event) | {"event_id": f"due/{fields(event)['loan']}"} for event in month_events(1)
        if event.name == "scheduled_payment_due"
    ]  # fmt: skip
    assert program.send("/deals/toy/events", {"events": due}).content == first.content


@pytest.mark.parametrize("given", [None, 1, Decimal("1.00"), dt.date(2024, 1, 25), dt.datetime(2024, 1, 25), True, 1.5])
def test_a_deal_that_is_no_text_is_another(looking: Program, given: object) -> None:
    got = looking.send(DUE, stream(TABLE.with_columns(deal=polars.lit(given))), ARROW)
    assert (got.status, looking.codes(got)[-1]) == (422, "other_deal")


@pytest.mark.parametrize(
    ("table", "status", "code"),
    [
        (TABLE.with_columns(polars.col("principal").cast(polars.Float64)), 422, "float_money"),
        (TABLE.with_columns(deal=polars.lit("other")), 422, "other_deal"),
        (TABLE.with_columns(x=polars.lit(1)), 422, "unknown_field"),
        (TABLE.drop("loan"), 422, "missing"),
        (TABLE.with_columns(polars.col("loan").implode().over("loan")), 422, "not_a_table"),
        (TABLE.with_columns(polars.col("loan").cast(polars.Categorical)), 422, "not_a_table"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(
    looking: Program, table: polars.DataFrame, status: int, code: str
) -> None:
    got = looking.send(DUE, stream(table), ARROW)
    assert (got.status, looking.codes(got)[:1]) == (status, [code])


def test_a_table_says_its_type_and_comes_unpacked(looking: Program) -> None:
    assert looking.send("/deals/toy/events", stream(TABLE), ARROW).json["code"] == "missing"
    assert looking.codes(looking.send("/deals/toy/events?type=nope", stream(TABLE), ARROW)) == ["unknown_type"]
    packed = looking.send(DUE, stream(TABLE, compression="zstd"), ARROW)
    assert (packed.status, looking.codes(packed)) == (422, ["not_a_table"])
    assert looking.send(DUE, batch(month_events(1))).json["code"] == "unknown_field"


def test_without_a_reader_of_tables_lines_are_asked_for(looking: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise StoreError("no Polars")

    monkeypatch.setattr("ledger.writing.tables.frames", none)
    got = looking.send(DUE, stream(TABLE), ARROW)
    assert (got.status, got.json["code"]) == (415, "no_tables")


def test_a_damaged_table_is_a_refusal(looking: Program) -> None:
    drawn, whole = random.Random(9), stream(TABLE.head(2))
    for _ in range(15):
        content = bytearray(whole)
        content[drawn.randrange(len(content))] = drawn.randrange(256)
        assert looking.send(f"{DUE}&dry_run=true", bytes(content), ARROW).status in (200, 400, 404, 409, 413, 422)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"[]", 400, "malformed_json"),
        (b'{"events":[]}', 422, "empty_batch"),
        (b'{"events":{}}', 422, "malformed_event"),
        (b'{"events":[],"events":[]}', 400, "duplicate_field"),
        (b'{"events":[{"event_id":"a","event_id":"b"}]}', 400, "duplicate_field"),
        (b'{"events":[{"$type":"index_rate_set","rate":NaN}]}', 400, "not_a_number"),
        (b'{"events":[1]}', 400, "malformed_json"),
        (b'{"events":[' + b"[" * 50_000 + b"]" * 50_000 + b"]}", 400, "malformed_json"),
        (b'{"events":[{"$type":' + b"9" * 10_000 + b"}]}", 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b"\xef\xbb\xbf{}", 400, "malformed_json"),
    ],
)
def test_what_is_no_batch_is_refused(looking: Program, body: bytes, status: int, code: str) -> None:
    got = looking.send("/deals/toy/events", body)
    assert (got.status, looking.codes(got)[0]) == (status, code)
    assert got.json["status"] == status


def test_lines_are_named_by_their_numbers(looking: Program) -> None:
    got = looking.send("/deals/toy/events", lines(month_events(1)[:1]) + b'\n{"a":1}\nnope\n', LINES)
    assert [item["event_id"] for item in got.json["violations"]] == ["line 3", "line 4"]


def test_limits_hold(looking: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, status in (("INDENTURE_HTTP_BYTES", 413), ("INDENTURE_HTTP_EVENTS", 413)):
        with monkeypatch.context() as patched:
            patched.setattr("ledger.values.limits._given", {"environment": {name: "2"}})
            for kind, body in ((LINES, lines(month_events(1))), (JSON, batch(month_events(1)))):
                got = looking.send("/deals/toy/events", body, kind)
                assert (got.status, name in got.json["detail"]) == (status, True)
            assert looking.send(DUE, stream(TABLE), ARROW).status in (413, 422)


def test_a_body_says_what_it_is_and_how_long(program: Program) -> None:
    assert program.send("/deals/toy/events", b"{}", "text/plain").status == 415
    assert program.send("/deals/toy/events", b"{}", JSON, content_encoding="gzip").status == 415
    assert program.ask("POST", "/deals/toy/events", b"{}", kind=JSON, length="").status == 411
    assert program.ask("POST", "/deals/toy/events", b"{}", kind=JSON, length="9").json["code"] == "cut_short"
    assert program.send("/deals/toy/events", batch(month_events(1)), f"{JSON}; charset=utf-8").status == 200


def test_a_body_that_comes_too_slowly_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", -1)
    environ = {"CONTENT_TYPE": JSON, "CONTENT_LENGTH": "2", "wsgi.input": io.BytesIO(b"{}")}
    with pytest.raises(Problem) as refused, bodies.received(environ, (JSON,)):
        pass
    assert refused.value.status == 408


def test_a_body_that_comes_drop_by_drop_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dripping(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            time.sleep(0.01)
            return super().read1(min(size or 1, 1))

    monkeypatch.setattr(server, "BODY_SECONDS", 0.05)
    environ = {"CONTENT_TYPE": JSON, "CONTENT_LENGTH": "99", "wsgi.input": server.Body(Dripping(b"a" * 99), 99)}
    with pytest.raises(Problem) as refused, bodies.received(environ, (JSON,)):
        pass
    assert (refused.value.status, refused.value.code) == (408, "too_slow")


def test_a_sender_who_falls_silent_is_told_so() -> None:
    class Silent(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise TimeoutError("timed out")

    environ = {"CONTENT_TYPE": JSON, "CONTENT_LENGTH": "2", "wsgi.input": Silent()}
    with pytest.raises(Problem) as refused, bodies.received(environ, (JSON,)):
        pass
    assert refused.value.status == 408


def test_few_large_bodies_are_held_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LARGE", 1)
    monkeypatch.setattr(bodies, "PATIENCE", 0.01)
    monkeypatch.setattr(bodies, "_turns", BoundedSemaphore(1))
    environ = {"CONTENT_TYPE": JSON, "CONTENT_LENGTH": "2", "wsgi.input": io.BytesIO(b"{}")}
    with (
        bodies.received(environ, (JSON,)),
        pytest.raises(Problem) as refused,
        bodies.received(environ, (JSON,)),
    ):
        pass
    assert refused.value.status == 503


def test_dates_of_a_body_are_dates(looking: Program) -> None:
    said = {"event_id": "a", "reason": "r", "effective_date": str(dt.date(2020, 1, 1)), "restates": "yes"}
    got = looking.send("/deals/toy/reversals", said)
    assert [(item["field"], item["code"]) for item in got.json["violations"]] == [("restates", "malformed_event")]
