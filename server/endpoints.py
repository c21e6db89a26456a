"""JSON endpoints that describe themselves: one decorator makes the route and its part of the OpenAPI document."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from aiohttp import web

from calendars.errors import Invalid
from server.auth.guard import allow

SPACED: Final = re.compile(r"(T[\d:.]+) (\d\d:\d\d)", re.ASCII)
"""An instant whose plus nobody escaped: 10:00:00+02:00 arrives with a space."""
REF: Final = "#/components/schemas/{name}"
HOLE: Final = re.compile(r"\{([a-z_]+)\}")
Query = TypeVar("Query", bound=msgspec.Struct)
Handler = Callable[[web.Request], Awaitable[Any]]
Decorated = TypeVar("Decorated", bound=Handler)


class Problem(msgspec.Struct):
    """RFC 9457; `code` is stable, `title` is said in the language of the caller."""

    type: str
    title: str
    status: int
    code: str
    facts: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What the document says of one route."""

    path: str
    rule: str
    name: str
    summary: str
    answer: Any
    query: type[msgspec.Struct] | None


class Endpoints:
    """The endpoints of one file, with their routes."""

    def __init__(self) -> None:
        self.routes = web.RouteTableDef()
        self.all: list[Endpoint] = []

    def get(
        self, path: str, rule: str, answer: Any, query: type[msgspec.Struct] | None = None
    ) -> Callable[[Decorated], Decorated]:
        """A GET under this rule whose handler returns a value of the type `answer`; its docstring is the summary."""

        def add(handler: Decorated) -> Decorated:
            summary = (handler.__doc__ or "").strip().partition("\n")[0]
            self.all.append(Endpoint(path, rule, getattr(handler, "__name__", path), summary, answer, query))

            async def answered(request: web.Request) -> web.StreamResponse:
                return web.Response(body=msgspec.json.encode(await handler(request)), content_type="application/json")

            self.routes.get(path)(allow(rule)(answered))
            return handler

        return add

    def document(self, title: str, version: str, server: str, cookie: str) -> dict[str, Any]:
        """The OpenAPI 3.1 document of all endpoints."""
        kinds = [one.answer for one in self.all] + [Problem]
        schemas, components = msgspec.json.schema_components(kinds, ref_template=REF)
        answers = dict(zip((one.name for one in self.all), schemas, strict=False))
        return {
            "openapi": "3.1.0",
            "info": {"title": title, "version": version},
            "servers": [{"url": server}],
            "paths": {one.path: {"get": _operation(one, answers[one.name])} for one in self.all},
            "components": {
                "schemas": components,
                "securitySchemes": {"cookie": {"type": "apiKey", "in": "cookie", "name": cookie}},
            },
        }


def asked(request: web.Request, kind: type[Query]) -> Query:
    """The query of a request as a struct. Raises Invalid `bad_query` with the field that is wrong."""
    given = {name: SPACED.sub(r"\1+\2", value) for name, value in request.query.items() if name != "language"}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as wrong:
        field = re.search(r"`\$?\.?([a-z_]*)`", str(wrong).rpartition(" - at ")[2])
        raise Invalid("bad_query", field=field[1] if field else "") from None


def _operation(one: Endpoint, answer: Mapping[str, Any]) -> dict[str, Any]:
    secured = one.rule != "public"
    told = {"description": one.summary, "content": {"application/json": {"schema": answer}}}
    problem = {"application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}}
    refusals = {"422": "The query cannot be used."} if one.query else {}
    refusals |= {"401": "Nobody is signed in.", "403": "You may know of it, but not this."} if secured else {}
    refusals |= {"404": "There is none, or you may not know of it.", "503": "The house cannot answer now."}
    return {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": _parameters(one),
        "security": [{"cookie": []}] if secured else [],
        "responses": {"200": told} | {code: {"description": why, "content": problem} for code, why in refusals.items()},
    }


def _parameters(one: Endpoint) -> list[dict[str, Any]]:
    text = {"type": "string"}
    in_path = [{"name": name, "in": "path", "required": True, "schema": text} for name in HOLE.findall(one.path)]
    if one.query is None:
        return in_path
    shape = msgspec.json.schema(one.query)
    properties = shape["$defs"][one.query.__name__]["properties"]
    return in_path + [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]
