"""Refusals become answers: problem details (RFC 9457) for programs, a page for people, an ack for sockets."""

import json
import re
from typing import Any, Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from calendars.errors import Conflict, Forbidden, Invalid, NotFound, Refused, SignInFirst, TooMany, Unavailable
from server.keys import ACTOR, LANGUAGE, REQUEST_ID, SAY, WORDS
from server.page import render
from server.words import PLAIN, Say, Twice, of_error

STATUS: Final[dict[type[Refused], int]] = {
    SignInFirst: 401, Forbidden: 403, NotFound: 404, Conflict: 409, Invalid: 422, TooMany: 429, Unavailable: 503,
}  # fmt: skip
OF_STATUS: Final = {400: "bad_request", 404: "not_found", 405: "bad_method", 413: "too_large", 415: "bad_request"}
log = structlog.get_logger()


def status_of(refused: Refused) -> int:
    """The status of the nearest class in the tree."""
    return next((STATUS[kind] for kind in type(refused).__mro__ if kind in STATUS), 400)


def problem_of(refused: Refused, say: Say) -> dict[str, Any]:
    """The refusal as RFC 9457 has it; `code` is stable."""
    status = status_of(refused)
    facts = {name: value for name, value in refused.facts.items() if isinstance(value, str | int | float | list | dict)}
    problem = {"type": "about:blank", "title": of_error(refused.code, say, refused.facts), "status": status}
    return problem | {"code": refused.code} | ({"facts": facts} if facts and status != 404 else {})


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every refusal; what nobody expected is logged and told without a stack trace."""
    try:
        response = await handler(request)
    except Refused as refused:
        return answer(request, refused)
    except web.HTTPRedirection:
        raise
    except web.HTTPException as http:
        return answer(
            request, Refused(OF_STATUS.get(http.status, "bad_request")), http.status, http.headers.get("Allow")
        )
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError, re.error):
        return answer(request, Refused("bad_request"), 400)
    except ConnectionResetError:
        raise
    except Exception:
        log.exception("unexpected", request=request.get(REQUEST_ID))
        return answer(request, Unavailable("broken"), 500)
    return response


def answer(request: web.Request, refused: Refused, status: int = 0, allowed: str | None = None) -> web.Response:
    """The refusal in the form that the caller reads."""
    status = status or status_of(refused)
    if SAY not in request:  # it was refused before anybody asked who she is and what she reads
        request[LANGUAGE], request[SAY] = PLAIN, request.app[WORDS].say(PLAIN)
        request.setdefault(ACTOR, None)
    if isinstance(refused, NotFound):
        refused = NotFound()  # the same bytes, whatever the reason
    response = _told(request, refused, status) if wants_json(request) else _shown(request, refused, status)
    if isinstance(refused, Unavailable) or status == 503:
        response.headers["Retry-After"] = "5"
    if isinstance(refused, TooMany):
        response.headers["Retry-After"] = str(refused.facts.get("seconds", 5))
    if allowed:
        response.headers["Allow"] = allowed
    return response


def wants_json(request: web.Request) -> bool:
    """Whether a program asks: under /api/, or when it prefers JSON to pages."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith(("/api/", "/socket.io/", "/hooks/")) or (
        "json" in accept and "text/html" not in accept
    )


def _told(request: web.Request, refused: Refused, status: int) -> web.Response:
    problem = problem_of(refused, request[SAY]) | {"status": status}
    return web.Response(
        body=json.dumps(problem, ensure_ascii=False).encode(), status=status, content_type="application/problem+json"
    )


def _shown(request: web.Request, refused: Refused, status: int) -> web.Response:
    if isinstance(refused, SignInFirst):
        return render(request, "sign_in.html", status, wanted=request.path_qs if request.method == "GET" else "/")
    return render(
        request, "problem.html", status, told=_sentences(request, refused), again=_again(request, status),
        request_id=_trace(request, status),
    )  # fmt: skip


def _sentences(request: web.Request, refused: Refused) -> list[Twice]:
    """What happened, then what to do, each in her language and in plain Finnish."""
    own, plain = (
        re.split(r"(?<=[.!?])\s+", of_error(refused.code, say, refused.facts))
        for say in (request[SAY], request.app[WORDS].say(PLAIN))
    )
    if len(own) != len(plain):  # the languages cut it differently: then all at once
        own, plain = [" ".join(own)], [" ".join(plain)]
    return [Twice(mine, "" if mine == small else small) for mine, small in zip(own, plain, strict=True)]


def _again(request: web.Request, status: int) -> str:
    """Where to try again: the same page, when it was only asked for and a later answer may be another."""
    return request.path_qs if status in (429, 500, 503) and request.method == "GET" else ""


def _trace(request: web.Request, status: int) -> str:
    return request.get(REQUEST_ID, "") if status >= 500 else ""
