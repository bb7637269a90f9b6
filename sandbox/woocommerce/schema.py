"""The parameter checks that WordPress makes before an endpoint runs, with its very words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sandbox.woocommerce.answers import RestError, invalid_param
from sandbox.woocommerce.php import is_boolean, is_integer, parse_date

Check = Callable[[str, Any, str], None]
"""Gets the parameter's name, its value, and the path of the value inside it."""


def _wrong_type(name: str, path: str, kind: str) -> RestError:
    return invalid_param(name, f"{path} is not of type {kind}.", "rest_invalid_type", path)


def string(name: str, value: Any, path: str) -> None:
    if not isinstance(value, str):
        raise _wrong_type(name, path, "string")


def integer(name: str, value: Any, path: str) -> None:
    if not is_integer(value):
        raise _wrong_type(name, path, "integer")


def boolean(name: str, value: Any, path: str) -> None:
    if not is_boolean(value):
        raise _wrong_type(name, path, "boolean")


def anything(name: str, value: Any, path: str) -> None:
    """Type ``mixed``: never refused."""


def email(name: str, value: Any, path: str) -> None:
    """null is fine, an empty string is not (10.5.0)."""
    if value is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(value)):
        raise invalid_param(name, "Invalid email address.", "rest_invalid_email")


def date(name: str, value: Any, path: str) -> None:
    if parse_date(str(value)) is None:
        raise invalid_param(name, "Invalid date.", "rest_invalid_date")


def between(low: int, high: int | None) -> Check:
    def check(name: str, value: Any, path: str) -> None:
        integer(name, value, path)
        if high is None and int(value) < low:
            text = f"{path} must be greater than or equal to {low}"
            raise invalid_param(name, text, "rest_out_of_bounds")
        if high is not None and not low <= int(value) <= high:
            text = f"{path} must be between {low} (inclusive) and {high} (inclusive)"
            raise invalid_param(name, text, "rest_out_of_bounds")

    return check


def one_of(*choices: str) -> Check:
    def check(name: str, value: Any, path: str) -> None:
        if value not in choices:
            named = f"{', '.join(choices[:-1])}, and {choices[-1]}"
            raise invalid_param(name, f"{path} is not one of {named}.", "rest_not_in_enum")

    return check


def some_of(*choices: str) -> Check:
    """A comma list or an array of choices."""
    each_of = one_of(*choices)

    def check(name: str, value: Any, path: str) -> None:
        for at, each in enumerate(parts(value)):
            each_of(name, each, f"{path}[{at}]")

    return check


def items(fields: Mapping[str, Check]) -> Check:
    each_of = fields_of(fields)

    def check(name: str, value: Any, path: str) -> None:
        if not isinstance(value, list):
            if value in ("", {}):
                return
            raise _wrong_type(name, path, "array")
        for at, each in enumerate(value):
            each_of(name, each, f"{path}[{at}]")

    return check


def fields_of(fields: Mapping[str, Check]) -> Check:
    def check(name: str, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            if value in ("", []):
                return
            raise _wrong_type(name, path, "object")
        for key, each in value.items():
            if key in fields:
                fields[key](name, each, f"{path}[{key}]")

    return check


def parts(value: Any) -> list[str]:
    """A list parameter: ``a,b`` or ``a b``, or an array."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [str(each) for each in value]
    return [each for each in re.split(r"[\s,]+", str(value)) if each]


def check_params(params: Mapping[str, Any], known: Mapping[str, Check]) -> None:
    """Unknown parameters and nulls pass; all wrong ones are named in one error."""
    wrong: list[RestError] = []
    for name, check in known.items():
        value = params.get(name)
        if value is None:
            continue
        try:
            check(name, value, name)
        except RestError as error:
            wrong.append(error)
    if wrong:
        raise _together(wrong)


def _together(errors: list[RestError]) -> RestError:
    params: dict[str, Any] = {}
    details: dict[str, Any] = {}
    for error in errors:
        params |= error.body["data"]["params"]
        details |= error.body["data"]["details"]
    text = f"Invalid parameter(s): {', '.join(params)}"
    return RestError("rest_invalid_param", text, params=params, details=details)


CURRENCIES: list[str] = json.loads((Path(__file__).parent / "fixed/currencies.json").read_text())
"""What a store of 10.9.2 accepts, whatever its own currency is."""
META = items({"id": integer, "key": string, "value": anything})
_ADDRESS: dict[str, Check] = dict.fromkeys(
    [
        "first_name",
        "last_name",
        "company",
        "address_1",
        "address_2",
        "city",
        "state",
        "postcode",
        "country",
        "phone",
    ],
    string,
)
_LINE: dict[str, Check] = {
    "id": integer,
    "variation_id": integer,
    "quantity": integer,
    "tax_class": string,
    "subtotal": string,
    "total": string,
    "meta_data": META,
}
_SHIPPING: dict[str, Check] = {
    "id": integer,
    "instance_id": string,
    "total": string,
    "meta_data": META,
}
_FEE: dict[str, Check] = {
    "id": integer,
    "tax_class": string,
    "tax_status": one_of("taxable", "none"),
    "total": string,
    "meta_data": META,
}


def order_schema(statuses: list[str]) -> dict[str, Check]:
    return {
        "status": one_of("auto-draft", *statuses),
        "currency": one_of(*CURRENCIES),
        "customer_id": integer,
        "customer_note": string,
        "created_via": string,
        "billing": fields_of({**_ADDRESS, "email": email}),
        "shipping": fields_of(_ADDRESS),
        "payment_method": string,
        "payment_method_title": string,
        "transaction_id": string,
        "set_paid": boolean,
        "meta_data": META,
        "line_items": items(_LINE),
        "shipping_lines": items(_SHIPPING),
        "fee_lines": items(_FEE),
        "coupon_lines": items({"id": integer, "code": anything}),
    }


REFUND_SCHEMA: dict[str, Check] = {
    "amount": string,
    "reason": string,
    "api_refund": boolean,
    "api_restock": boolean,
    "meta_data": META,
    "line_items": items({"id": integer, "quantity": integer}),
}
