"""The boundary: whatever a store, a marketplace or a webhook says becomes a typed value here.

    bytes ─► ``decode`` ─► JSON ─► a model of the platform (``Told``), field types below ─► adapter

Each field type makes its value finite, cuts it, and gives it one shape; code behind the boundary
trusts the types and checks nothing again. A value that cannot be read raises ``Unreadable`` (a
ValueError): in a list read by ``each``, that is one bad record, and the others are not touched.

    Text        one line or word, at most 500 characters        Words   what is shown of an error
    LongText    notes and attribute values, at most 5,000       Link    http or https, else ""
    Id          a number or text that names a record            Moment  aware, in UTC
    Whole       a whole number within ±10^12                    Pieces  0 to 1,000,000
    Amount      a finite Decimal below 10^15                    Flag    true or false
    Listing[T]  a list, or an object used as one; every entry must be readable
    Loose[T]    the same; entries that cannot be read are left out

None, a missing field and ``""`` are the same for texts (``""``), lists (empty) and flags (False).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import from_json

WORDS = 500
"""Characters of a text that is shown to people or kept."""
LONG = 5_000
"""Characters of a note or of an attribute's value (the most that Shopify keeps of a note)."""
LINK = 2_000
ENTRIES = 10_000
"""Entries of one list; more make the record unreadable."""
MOST = 10**12
NOISE = 64 * 1024
"""Bytes before the JSON in which notices of the server may stand."""

NOTHING = Decimal(0)

_STARTS = re.compile(rb"[\[{]")
_MOST_STARTS = 30
_MOST_READ = 8 * 1024 * 1024
"""Bytes that are read in search of JSON behind noise, all starts together."""
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_PAGE = re.compile(rb"<(!doctype|html|head|script)\b", re.IGNORECASE)
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff]")

Record = TypeVar("Record", bound=BaseModel)
Entry = TypeVar("Entry")


class Unreadable(ValueError):
    """What was said cannot be understood. Quotes nothing of it."""


def decode(body: bytes) -> Any:
    """The JSON object or list in ``body``; None where there is none.

    Byte order marks, notices that a server prints before the JSON and comments that it prints
    behind it are skipped. NaN, infinities and text that nests too deep are no JSON.
    """
    text = body.lstrip(b"\xef\xbb\xbf \t\r\n").rstrip(b"\xef\xbb\xbf \t\r\n\x00")
    found = _json(text)
    if found is not None or _PAGE.match(text):
        return found
    tries = min(_MOST_READ // max(len(text), 1) + 1, _MOST_STARTS)
    starts = [match.start() for match in islice(_STARTS.finditer(text, 0, NOISE), tries)]
    return next((value for at in starts if (value := _json_at(text, at)) is not None), None)


def _json(text: bytes) -> Any:
    try:
        found = from_json(text, allow_inf_nan=False)
    except ValueError:
        found = _with_half_characters(text)
    return found if isinstance(found, dict | list) else None


def _with_half_characters(text: bytes) -> Any:
    """JSON in which an emoji was cut in the middle (``\\ud83d``), which only Python reads."""
    if not _HALF.search(text):
        return None
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _json_at(text: bytes, at: int) -> Any:
    """JSON that begins at ``at`` and is followed by nothing but a little noise."""
    found = _json(text[at:])
    if found is not None:
        return found
    end = max(text.rfind(b"}"), text.rfind(b"]"))
    if at < end and len(text) - end <= WORDS * 4:
        return _json(text[at : end + 1])
    return None


# -- one value ------------------------------------------------------------------------------------


def text(value: Any, most: int = WORDS) -> str:
    """``value`` as text that a database, a page and a log can hold: without control characters
    and half characters, at most ``most`` characters. Objects and lists become their JSON."""
    if value is None:
        return ""
    if isinstance(value, dict | list | bool):
        value = json.dumps(value, ensure_ascii=False)
    told = str(value[: most * 2] if isinstance(value, str) else value)
    return _NOT_TEXT.sub("", told)[:most]


def words(value: Any) -> str:
    """What is shown of an error: one line of at most 500 characters."""
    return " ".join(text(value, WORDS * 2).split())[:WORDS]


def link(value: Any) -> str:
    """``value`` where it is an address of a web page that a person may open; ``""`` otherwise."""
    told = value.strip() if isinstance(value, str) else ""
    if len(told) > LINK or any(ord(letter) <= 32 or letter in '\\"<>`' for letter in told):
        return ""
    try:
        parts = urlsplit(told)
        safe = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        )
    except ValueError:
        return ""
    return text(told, LINK) if safe else ""


def whole(value: Any) -> int:
    """A whole number within ±10^12, told as number or as text; nothing at all is 0."""
    number = amount(value)
    if number != number.to_integral_value() or abs(number) > MOST:
        raise Unreadable("not a whole number")
    return int(number)


def pieces(value: Any) -> int:
    number = whole(value)
    if not 0 <= number <= 1_000_000:
        raise Unreadable("not a number of pieces")
    return number


def amount(value: Any) -> Decimal:
    """A finite number, told as number or as text; nothing at all is 0."""
    if value is None or value == "":
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise Unreadable("not a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable("not a finite number")
    told = value if isinstance(value, int | Decimal) else str(value).strip()
    if isinstance(told, str) and len(told) > 60:
        raise Unreadable("not a number")
    try:
        number = Decimal(told)
    except (InvalidOperation, ValueError):
        raise Unreadable("not a number") from None
    if not number.is_finite() or abs(number) >= 10**15 or _digits_after(number) > 30:
        raise Unreadable("not a finite number")
    return number


def _digits_after(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def moment(value: Any) -> datetime:
    """An ISO 8601 time in UTC; one without a zone is in UTC already."""
    if not isinstance(value, str) or len(value) > 40:
        raise Unreadable("not a time")
    try:
        told = datetime.fromisoformat(value.strip())
        return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable("not a time") from None


def _moment_or_none(value: Any) -> datetime | None:
    return None if value in (None, "", False) else moment(value)


def _id(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str | None):
        raise Unreadable("not an id")
    return text(value, 255)


def _flag(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in ("1", "true", "yes", "on")
    return isinstance(value, bool | int | float) and bool(value)


Text = Annotated[str, BeforeValidator(text)]
LongText = Annotated[str, BeforeValidator(lambda value: text(value, LONG))]
Words = Annotated[str, BeforeValidator(words)]
Link = Annotated[str, BeforeValidator(link)]
Id = Annotated[str, BeforeValidator(_id)]
Whole = Annotated[int, BeforeValidator(whole)]
Pieces = Annotated[int, BeforeValidator(pieces)]
Amount = Annotated[Decimal, BeforeValidator(amount)]
Moment = Annotated[datetime, BeforeValidator(moment)]
MomentOrNone = Annotated[datetime | None, BeforeValidator(_moment_or_none)]
Flag = Annotated[bool, BeforeValidator(_flag)]


# -- many values ----------------------------------------------------------------------------------


def entries(value: Any) -> list[Any]:
    """A list, whatever it was told as: an object's values where a list was meant (PHP makes one of
    a list with gaps), nothing where there is none."""
    if value is None or value is False or value == "":
        return []
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list | tuple):
        raise Unreadable("not a list")
    if len(value) > ENTRIES:
        raise Unreadable("too many entries")
    return list(value)


def _loose_entries(value: Any, read: Callable[[Any], Any]) -> list[Any]:
    try:
        told = entries(value)
    except Unreadable:
        return []
    found = []
    for each_ in told:
        try:
            found.append(read(each_))
        except (ValidationError, Unreadable):
            continue
    return found


if TYPE_CHECKING:
    Loose = list
    Listing = list
else:

    class Loose:
        """``Loose[T]``: ``list[T]`` of the entries that can be read."""

        def __class_getitem__(cls, kind: Any) -> Any:
            reader = TypeAdapter(kind).validate_python
            loosely = BeforeValidator(lambda value: _loose_entries(value, reader))
            return Annotated[list[kind], loosely]

    class Listing:
        """``Listing[T]``: ``list[T]`` of all entries, each of which must be readable."""

        def __class_getitem__(cls, kind: Any) -> Any:
            return Annotated[list[kind], BeforeValidator(entries)]


# -- records --------------------------------------------------------------------------------------


class Told(BaseModel):
    """Base of the models of what a platform says. Unknown fields are dropped."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, populate_by_name=True, revalidate_instances="never"
    )


def read(model: type[Record], value: Any) -> Record:
    """``value`` as ``model``. Raises Unreadable, which names the fields and quotes nothing."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Unreadable(_fields(error)) from None
    except RecursionError:
        raise Unreadable("nested too deep") from None


def _fields(error: ValidationError) -> str:
    places = {".".join(str(step)[:40] for step in each_["loc"][:4]) for each_ in error.errors()[:3]}
    return "cannot be read: " + (", ".join(sorted(filter(None, places))) or "no object")


def each(
    values: Any, read_one: Callable[[Any], Entry], name: Callable[[Any], str]
) -> tuple[list[Entry], tuple[str, ...]]:
    """What of a list could be read, and the names of the records that could not. A list that is
    none raises Unreadable."""
    found: list[Entry] = []
    unread: list[str] = []
    for value in entries(values):
        try:
            found.append(read_one(value))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            unread.append(_named(value, name))
    return found, tuple(filter(None, unread))


def _named(value: Any, name: Callable[[Any], str]) -> str:
    try:
        return text(name(value), 64)
    except (AttributeError, LookupError, TypeError, ValueError):
        return ""


def cut_all(values: Iterable[Any]) -> tuple[str, ...]:
    """Texts of a list, empty ones left out."""
    return tuple(filter(None, map(text, values)))
