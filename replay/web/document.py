"""The document of the pages, OpenAPI 3.1, made of the table that they are answered by: for programs that only read.

Of a result it says that it is one; its schema is that of the command that prints it, or one that is named for the page.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from ledger import REGISTRY, __version__
from ledger.reports import ABOUT, ABOUT_VERSION, WRITERS
from replay.web.request import FORMS, MOST_UPLOADED
from replay.web.table import PAGES, PageRoute
from replay.web.tie_out import FIELD

DOCUMENT = ("openapi.json",)
"""The address of the document."""

_TOLD = """What a reader clicks, for programs: the same addresses give JSON, and of a statement, a figure, the
distributions, a comparison, an account, a trial balance and a history what the command prints, byte for byte. Nothing
is written. Off loopback a token is demanded: Authorization: Bearer TOKEN."""

_DAY: dict[str, Any] = {"type": "string", "format": "date"}
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_SEQUENCE: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 10**15}
_YES: dict[str, Any] = {"enum": ["yes"]}
_SCHEMAS: dict[str, tuple[dict[str, Any], str]] = {
    "deal": (_TEXT, "The name of a deal."),
    "day": (_DAY, "The payment date of a distribution."),
    "sequence": (_SEQUENCE, "An event by its place in the log."),
    "account": (_TEXT, "The name of an account."),
    "loan": (_TEXT, "The number of a loan."),
    "q": ({"type": "string", "maxLength": 200}, "What is sought."),
    "date": (_DAY, "Any calendar date."),
    "page": ({"type": "string", "pattern": "^([1-9][0-9]{0,2}|all)$"}, "A page of the statement, or all."),
    "as": ({"enum": ["closed", "now"]}, "As it was closed, or as known now."),
    "known_through": (_SEQUENCE, "As known through this event."),
    "then": (_SEQUENCE, "The earlier point of knowledge."),
    "now": (_SEQUENCE, "The later point of knowledge."),
    "figure": ({**_TEXT, "maxLength": 500}, "PAGE/LINE/COLUMN, as the statement names it."),
    "whole": (_YES, "Made also of a life of many months."),
    "run": (_YES, "Every event and every closing is looked at."),
    "paper": ({"enum": ["html", "pdf", "xlsx"]}, "The file that is wanted."),
    "payment_date": (_DAY, "The payment date of a distribution."),
    "other": (_DAY, "The payment date of another one."),
    "from": (_DAY, "The first day."),
    "through": (_DAY, "The last day."),
    "of": ({"type": "string"}, "Of this group, class or fee alone."),
    "after": ({"type": "integer", "minimum": 0, "maximum": 10**15}, "Events behind this one."),
    "type": ({"enum": sorted(REGISTRY)}, "Events of this type."),
    "group": ({"type": "string"}, "Events of this group."),
    "class": ({"type": "string"}, "Events of this class."),
    "code": ({"type": "string"}, "Events of this code."),
    "distribution": (_DAY, "Events of the distribution paid on this date."),
    "event_id": ({"type": "string"}, "The event of this id."),
}
_REFUSED = "Refused, as a page or in the format that was asked for."


@cache
def pages_document() -> bytes:
    """Return the document of the pages."""
    made = {
        "openapi": "3.1.0",
        "info": {"title": "Indenture, read only", "version": __version__, "description": " ".join(_TOLD.split())},
        "paths": {page.path: _operations(page) for page in PAGES},
        "components": {
            "schemas": {"Result": _result(), "Refused": _refused()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }
    return json.dumps(made, indent=1, ensure_ascii=False).encode() + b"\n"


def _operations(page: PageRoute) -> dict[str, Any]:
    found = {"get": _operation(page, page.name)}
    if page.uploads:
        file = {"type": "string", "format": "binary", "description": f"At most {MOST_UPLOADED:,} bytes."}
        form = {"type": "object", "properties": {FIELD: file}, "required": [FIELD]}
        found["get"]["summary"] = "The form that a published statement is sent with."
        found["get"]["responses"] = _responses(("html",))
        sent = {"multipart/form-data": {"schema": form}, "application/octet-stream": {"schema": file}}
        found["post"] = {
            **_operation(page, f"{page.name}Sent"),
            "requestBody": {"required": True, "content": sent},
        }
    return found


def _operation(page: PageRoute, name: str) -> dict[str, Any]:
    formats = tuple(WRITERS) if page.data else ()
    parameters = [_parameter(part[1:-1], "path") for part in page.pattern if part.startswith("{")]
    parameters += [_parameter(each, "query", required=each in page.needs) for each in page.asked]
    format_schema = {"name": "format", "in": "query", "schema": {"enum": ["html", *formats]},
                     "description": "The format; html by default."}  # fmt: skip
    found: dict[str, Any] = {"operationId": name, "summary": page.told, "parameters": [*parameters, format_schema]}
    if page.prints:
        found["description"] = f"As JSON it is as `{page.prints}` prints it."
    files = ("pdf", "xlsx") if page.papers else ()
    found["responses"] = _responses(("html", *formats, *files), leads=page.leads)
    return found


def _parameter(name: str, where: str, *, required: bool = True) -> dict[str, Any]:
    schema, told = _SCHEMAS[name]
    return {"name": name, "in": where, "required": required, "schema": schema, "description": told}


def _responses(formats: tuple[str, ...], *, leads: bool = False) -> dict[str, Any]:
    done: dict[str, Any] = {
        "200": {"description": "Done.", "content": {_kind(each): _schema(each) for each in formats}}
    }
    if leads:
        done = {"303": {"description": "Where it leads to."}}
    refused = {"description": _REFUSED, "content": _refusals()}
    return {**done, "4XX": refused, "503": {**refused, "description": "Not just now; ask again."}}


def _refusals() -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    of_json = {"schema": {"$ref": "#/components/schemas/Refused"}}
    return {_kind(each): of_json if each == "json" else text for each in ("html", *WRITERS)}


def _kind(form: str) -> str:
    return FORMS[form].partition(";")[0]


def _schema(form: str) -> dict[str, Any]:
    if form in ("pdf", "xlsx"):
        return {"schema": {"type": "string", "format": "binary"}}
    return {"schema": {"$ref": "#/components/schemas/Result"} if form == "json" else {"type": "string"}}


def _about() -> dict[str, Any]:
    return {"type": "object", "properties": {"version": {"const": ABOUT_VERSION}}, "required": ["version"],
            "description": "What the result says of itself."}  # fmt: skip


def _result() -> dict[str, Any]:
    told = "A result; amounts, rates and dates are texts. schemas/results/ of the documentation describes each."
    return {"type": "object", "description": told, "properties": {ABOUT: _about()}, "required": [ABOUT]}


def _refused() -> dict[str, Any]:
    error = {"status": {"type": "integer"}, "code": {"type": "string"}, "message": {"type": "string"}}
    held = {"type": "object", "properties": error, "required": list(error), "additionalProperties": False}
    return {"type": "object", "description": "Why something is not shown.",
            "properties": {ABOUT: _about(), "error": held}, "required": [ABOUT, "error"],
            "additionalProperties": False}  # fmt: skip


__all__ = ["DOCUMENT", "pages_document"]

if __name__ == "__main__":
    print(pages_document().decode(), end="")
