"""The GraphQL endpoint of a shop: token, version, cost, throttle, execution, answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)
from werkzeug.wrappers import Request, Response

from sandbox.shopify.cost import Cost, plan_of
from sandbox.shopify.graph import Call, resolve_field, resolve_type
from sandbox.shopify.schema import schema

if TYPE_CHECKING:
    from sandbox.shopify.grants import Installation, Token
    from sandbox.shopify.shop import Shop

PATH = re.compile(r"/admin/api/(?P<version>[^/]+)/graphql\.json")
OLDEST = "2026-01"
NEWEST = "2027-01"
MAX_COST = 1000
COST_PAGE = "https://shopify.dev/api/usage/rate-limits"
UNKNOWN_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")


class Prepared:
    """A document parsed, validated and costed once, whatever its variables."""

    def __init__(self, text: str, operation_name: str | None) -> None:
        self.errors: list[dict[str, Any]] = []
        self.document: DocumentNode | None = None
        try:
            document = parse(text)
        except GraphQLError as error:
            self.errors = [_error(error, "parseError")]
            return
        self.errors = [_validation_error(each) for each in validate(schema(), document)]
        operation = get_operation_ast(document, operation_name)
        if not self.errors and operation is None:
            self.errors = [{"message": "An operation name is required"}]
        if not self.errors and isinstance(operation, OperationDefinitionNode):
            self.document, self.plan = document, plan_of(document, operation)


prepare = lru_cache(maxsize=1024)(Prepared)


def handle(shop: Shop, request: Request) -> Response:
    path = PATH.fullmatch(request.path)
    version = _served_version(path["version"]) if path else None
    if version is None or request.method != "POST":
        return refuse(404, "Not Found")
    with shop.lock:
        token = shop.grants.token(request.headers.get("X-Shopify-Access-Token", ""))
    if token is None:
        return unauthorized()
    given = request.get_json(silent=True, force=True)
    if not isinstance(given, dict) or not isinstance(given.get("query"), str):
        return refuse(400, {"query": "Required parameter missing or invalid"})
    answer = Response(as_json(_run(shop, token, given)), mimetype="application/json")
    answer.headers["X-Shopify-API-Version"] = version
    answer.headers["X-Request-Id"] = shop.webhooks.new_uuid()
    return answer


def _served_version(asked: str) -> str | None:
    """Expired versions fall forward to the oldest that is supported; garbage is not found."""
    if asked == "unstable":
        return asked
    if not re.fullmatch(r"20\d\d-(01|04|07|10)", asked) or asked > NEWEST:
        return None
    return max(asked, OLDEST)


def _run(shop: Shop, token: Token, given: Mapping[str, Any]) -> dict[str, Any]:
    prepared = prepare(given["query"], given.get("operationName"))
    if prepared.errors or prepared.document is None:
        return {"errors": prepared.errors}
    variables = given.get("variables") or {}
    requested = prepared.plan.requested(variables)
    with shop.lock:
        shop.run_due()
        refused = _admit(token.installation, requested)
        if refused:
            return refused
        result = execute_sync(
            schema(),
            prepared.document,
            context_value=Call(shop, token),
            variable_values=variables,
            operation_name=given.get("operationName"),
            field_resolver=resolve_field,
            type_resolver=resolve_type,
        )
    return _answer(token.installation, result, prepared.plan, requested)


def _admit(installation: Installation, requested: int) -> dict[str, Any] | None:
    """Reserve the requested points; an error body when there are too few."""
    if requested > MAX_COST:
        return {
            "errors": [
                {
                    "message": f"Query cost is {requested}, which exceeds the single query max "
                    f"cost limit ({MAX_COST}).",
                    "extensions": {
                        "code": "MAX_COST_EXCEEDED",
                        "cost": requested,
                        "maxCost": MAX_COST,
                        "documentation": COST_PAGE,
                    },
                }
            ]
        }
    if installation.bucket.take(requested):
        return None
    return throttled(requested, installation.bucket.status())


def throttled(requested: int, status: Mapping[str, float]) -> dict[str, Any]:
    return {
        "errors": [
            {
                "message": "Throttled",
                "extensions": {"code": "THROTTLED", "documentation": COST_PAGE},
            }
        ],
        "extensions": {
            "cost": {
                "requestedQueryCost": requested,
                "actualQueryCost": None,
                "throttleStatus": status,
            }
        },
    }


def throttled_by_hand(capacity: float, rate: float) -> Response:
    """The answer of a drained bucket, for a fault."""
    status = {"maximumAvailable": capacity, "currentlyAvailable": 0, "restoreRate": rate}
    return Response(as_json(throttled(10, status)), mimetype="application/json")


def _answer(
    installation: Installation, result: ExecutionResult, plan: Cost, requested: int
) -> dict[str, Any]:
    actual = min(plan.actual(result.data), requested)
    installation.bucket.give_back(requested - actual)
    answer: dict[str, Any] = {}
    executed = result.data is not None or any(each.path for each in result.errors or ())
    if executed:
        answer["data"] = result.data
    if result.errors:
        code = None if executed else "INVALID_VARIABLE"
        answer["errors"] = [_error(each, code) for each in result.errors]
    answer["extensions"] = {
        "cost": {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": installation.bucket.status(),
        }
    }
    return answer


def _error(error: GraphQLError, code: str | None) -> dict[str, Any]:
    shown: dict[str, Any] = {**error.formatted}
    if code and not error.path and "extensions" not in shown:
        shown["extensions"] = {"code": code}
    return shown


def _validation_error(error: GraphQLError) -> dict[str, Any]:
    """In Shopify's words where they are known."""
    shown = _error(error, "invalid")
    unknown = UNKNOWN_FIELD.match(error.message)
    if unknown:
        field, type_name = unknown.groups()
        shown["message"] = f"Field '{field}' doesn't exist on type '{type_name}'"
        shown["extensions"] = {
            "code": "undefinedField",
            "typeName": type_name,
            "fieldName": field,
        }
    return shown


def as_json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def refuse(status: int, errors: Any) -> Response:
    return Response(as_json({"errors": errors}), status, mimetype="application/json")


def unauthorized() -> Response:
    words = "[API] Invalid API key or access token (unrecognized login or wrong password)"
    return refuse(401, words)
