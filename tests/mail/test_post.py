"""Mail servers that are away, busy or say no; letters that try to be something else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from orderflow.members.mails import Notice
from sandbox.mail import Conversation
from tests.house import House, configuration
from tests.mail.postbox import ALFA_MAIL, Postbox
from tests.river.stage import Stage
from workers import letters, notes, post

SQLITE = "sqlite:///:memory:"


@contextmanager
def server_says(monkeypatch: pytest.MonkeyPatch, *answers: str) -> Iterator[None]:
    """The first mails are answered so after DATA was taken."""
    real, left = Conversation._content, list(answers)

    async def content(self: Conversation, rest: str) -> None:
        if not left:
            await real(self, rest)
            return
        await self._say("354 Go on")
        await self._take()
        await self._say(left.pop(0))

    monkeypatch.setattr(Conversation, "_content", content)
    yield
    assert left == []


def test_a_busy_mail_server_gets_the_mail_later(
    stage: Stage, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    postbox.knows("Alfa")
    with server_says(monkeypatch, "451 Greylisted, come again"):
        stage.sells_on((stage.lamp, 1))
        assert postbox.mails() == []
        assert [row.state for row in postbox.rows()] == ["waiting"]
        stage.house.later(120)
    assert postbox.only(ALFA_MAIL)


def test_a_mail_that_is_sent_again_has_the_same_id(
    stage: Stage, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    postbox.knows("Alfa")
    real, ids = Conversation._take, []

    async def take(self: Conversation) -> bytes | None:
        raw = await real(self)
        ids.extend(re.findall(rb"Message-ID: (\S+)", raw or b""))
        return raw

    monkeypatch.setattr(Conversation, "_take", take)
    with server_says(monkeypatch, "451 I took it, but say that I did not"):
        stage.sells_on((stage.lamp, 1))
        stage.house.later(120)
    (row,) = postbox.rows()
    assert ids == [f"<{row.public_id}@sluice.example.com>".encode()] * 2


def test_what_the_mail_server_refuses_is_told_in_the_timeline(
    stage: Stage, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    postbox.knows("Alfa")
    with server_says(monkeypatch, "554 No such mailbox"):
        stage.sells_on((stage.lamp, 1))
    (row,) = postbox.rows()
    assert (row.state, row.words) == ("refused", "554 No such mailbox")
    assert "mail_refused" in stage.house.events()
    assert stage.house.messages("mail") == []


def test_a_mail_server_that_is_away_holds_up_no_order(stage: Stage, house: House) -> None:
    house.config = house.config.model_copy(update={"mail_url": "smtp://127.0.0.1:9"})
    house.app.extensions["sluice_config"] = house.config
    box = Postbox(house)
    box.knows("Alfa")
    stage.sells_on((stage.lamp, 1))
    assert stage.states() == {"Alfa": "pushed"}
    house.let_pass(60 * 3600, step=7200)
    (row,) = box.rows()
    assert row.state == "refused"
    assert "does not answer" in row.words


def test_an_address_that_is_none_is_refused_and_not_tried_again(
    stage: Stage, postbox: Postbox
) -> None:
    postbox.knows("Alfa", email="not an address")
    stage.sells_on((stage.lamp, 1))
    assert [row.state for row in postbox.rows()] == ["refused"]


EVIL = "Harbour\r\nBcc: everybody@example.com\r\n\r\n<script>alert(1)</script>"


def notice(kind: str = "order", language: str = "en", **values: object) -> Notice:
    told = {"number": "#1\r\nX-Evil: 1", "lines": [(1, "<b>Lamp</b>", "L")], "more": 0}
    return Notice("id1", kind, language, ALFA_MAIL, "", EVIL, "/portal", told | values)


def test_a_shop_s_name_can_forge_no_header_and_no_markup() -> None:
    letter = letters.write(notice(), "https://sluice.example.com", "https://sluice.example.com/x")
    raw = post.compose(configuration(SQLITE), notice(), letter).as_bytes()
    head = raw.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"^(Bcc|X-Evil)", head, re.MULTILINE)
    assert "<script>" not in letter.html
    assert "<b>Lamp</b>" not in letter.html


KINDS: dict[str, dict[str, Any]] = {
    "order": {},
    "digest": {"orders": [("#1", 1, "/o/1"), ("#2", 2, "/o/2")]},
    "reconnect": {"store": "Alfa's", "platform": "shopify"},
    "invitation": {"until": datetime(2026, 12, 1, tzinfo=UTC)},
    "attention": {
        "refused": 1,
        "unknown": 2,
        "stuck": ["#1", "#2"],
        "declined": ["#3"],
        "flagged": 5,
        "parked": 4,
        "lost": ["Alfa"],
    },
    "export": {"reference": "9999", "orders": 3},
    "disconnected": {"vendor": "Alfa", "store": "alfa.example.com"},
    "staff_invitation": {"vendor": "Alfa", "until": datetime(2026, 12, 1, tzinfo=UTC)},
    "reset": {},
    "password_changed": {},
    "locked": {},
}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_letter_is_whole_in_every_language(kind: str, language: str) -> None:
    told = notice(kind, language, **KINDS[kind])
    letter = letters.write(told, "https://sluice.example.com", "https://sluice.example.com/go")
    for text in (letter.subject, letter.text, letter.html):
        assert "%(" not in text
        assert "None" not in text
    assert "https://sluice.example.com/go" in letter.text
    assert f'lang="{language}"' in letter.html


def test_every_kind_of_mail_has_its_letter() -> None:
    from orderflow.members.mails import COMPOSERS, PERSONAL

    assert {*COMPOSERS, *PERSONAL} == set(letters.WRITERS) == set(KINDS)


def _parts(entry: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Its ids and its texts: one of each, or the singular and the plural."""
    ids, texts = entry.id, entry.string
    return (ids, texts) if isinstance(ids, tuple) else ((ids,), (texts,))


def test_every_sentence_is_in_the_french_catalogue_and_no_other() -> None:
    asked = set()
    sources = [ast.parse(Path(file).read_text()) for file in (letters.__file__, notes.__file__)]
    for node in (node for source in sources for node in ast.walk(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            count = {"gettext": 1, "ngettext": 2}.get(node.func.attr, 0)
            asked |= {arg.value for arg in node.args[:count] if isinstance(arg, ast.Constant)}
    with (letters.CATALOGUES / "fr" / "LC_MESSAGES" / "mail.po").open("rb") as source:
        entries = [entry for entry in read_po(source, locale="fr") if entry.id]
    known: set[str] = set()
    for entry in map(_parts, entries):
        ids, texts = entry
        known |= set(ids)
        names = {name for each in ids for name in re.findall(r"%\(\w+\)s", each)}
        assert all(texts)
        assert {name for each in texts for name in re.findall(r"%\(\w+\)s", each)} == names
    assert asked == known
