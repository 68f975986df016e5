"""The API's schema: as OpenAPI, and as a page that needs no script."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from trading_bot.report.page.markup import Child, Html, element, joined
from trading_bot.web.assets import IMMUTABLE
from trading_bot.web.encoding import json_bytes

_STYLE_PATH = "/docs/style.css"
_STYLE = """\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
body{color:#1a1a1a;background:#fff}
h2{border-top:1px solid #bbb;padding-top:1rem;font-size:1.1rem}code,pre{font-family:ui-monospace,monospace}
pre{background:#f3f3f3;padding:.6rem;overflow:auto}.method{font-weight:700}table{border-collapse:collapse}
td,th{text-align:left;padding:.15rem 1rem .15rem 0;vertical-align:top}
@media(prefers-color-scheme:dark){body{color:#eee;background:#15181c}pre{background:#222}}
"""


def schema_routes(schema: Mapping[str, Any]) -> APIRouter:
    """The document itself, and the page."""
    router = APIRouter(include_in_schema=False)
    text, html = json_bytes(schema), _page(schema)

    @router.get("/api/v1/openapi.json")
    async def document() -> Response:
        return Response(text, media_type="application/json")

    @router.get("/docs")
    async def page() -> Response:
        return HTMLResponse(html)

    @router.get(_STYLE_PATH)
    async def style() -> Response:
        return Response(_STYLE, media_type="text/css", headers={"Cache-Control": IMMUTABLE})

    return router


def _page(schema: Mapping[str, Any]) -> str:
    info = schema["info"]
    operations = [
        _operation(path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    shapes = [_shape(name, shape) for name, shape in schema["components"]["schemas"].items()]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", info["title"]),
        element("link", rel="stylesheet", href=_STYLE_PATH),
    )
    where = element("code", "/api/v1/openapi.json")
    told = element("p", info["description"], " The schema itself: ", where)
    body = element("body", element("h1", info["title"]), told, *operations, element("h2", "Shapes"), *shapes)
    return joined(Html("<!doctype html>"), element("html", head, body, lang="en")).text


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Html:
    parameters = [
        _row(element("code", row["name"]), row["in"], _type(row["schema"]))
        for row in operation.get("parameters", ())
    ]
    return joined(
        element("h2", element("span", method.upper(), class_="method"), " ", element("code", path)),
        element("p", operation.get("description", "")),
        element("table", *parameters) if parameters else None,
        element("p", "answers ", ", ".join(_answers(operation))),
    )


def _answers(operation: Mapping[str, Any]) -> Iterator[str]:
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json", {})
        shape = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        yield f"{status} {shape}".rstrip()


def _shape(name: str, shape: Mapping[str, Any]) -> Html:
    fields = [
        _row(element("code", field), _type(part), part.get("description", ""))
        for field, part in shape.get("properties", {}).items()
    ]
    return joined(element("h3", name, id=name), element("table", *fields))


def _row(*cells: Child) -> Html:
    return element("tr", *(element("td", cell) for cell in cells))


def _type(part: Mapping[str, Any]) -> str:
    if "$ref" in part:
        return str(part["$ref"].rpartition("/")[2])
    if "anyOf" in part:
        return " or ".join(map(_type, part["anyOf"]))
    if part.get("type") == "array":
        return f"list of {_type(part['items'])}"
    return str(part.get("type", "anything"))
