"""Mail is caught over real SMTP and shown."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from werkzeug.test import Client

from sandbox.mail import SIZE, MailServer
from sandbox.world import World

HERE = "http://127.0.0.1:8900"
JSON = {"Accept": "application/json"}


@pytest.fixture
def server(world: World) -> Iterator[MailServer]:
    with MailServer(world) as server:
        yield server


@pytest.fixture
def post(server: MailServer) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as post:
        yield post


def invitation(html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Sluice <app@example.com>"
    message["To"] = "vera@example.com"
    message["Subject"] = "Bienvenue, Véra <b>"
    message.set_content("Hello\n.\n..two dots\nhttp://127.0.0.1:8000/invite?a=1&b=2 <b>\n")
    if html:
        message.add_alternative(html, subtype="html")
    return message


def test_a_mail_is_kept_as_it_was_sent(world: World, post: smtplib.SMTP) -> None:
    post.send_message(invitation("<p>Héllo</p>"), to_addrs=["vera@example.com", "max@example.com"])
    [mail] = world.mail
    assert mail["from"] == "app@example.com"
    assert mail["to"] == "vera@example.com, max@example.com"
    assert mail["subject"] == "Bienvenue, Véra <b>"
    assert mail["text"].startswith("Hello\n.\n..two dots\n")
    assert mail["html"].strip() == "<p>Héllo</p>"
    assert mail["at"] == world.now().isoformat()


def test_one_connection_carries_several_mails(world: World, post: smtplib.SMTP) -> None:
    for _ in range(3):
        post.send_message(invitation())
    post.rset()
    post.noop()
    assert len(world.mail) == 3


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        (["DATA"], 503),
        (["RCPT TO:<a@example.com>"], 503),
        (["MAIL FROM:<a@example.com>", "DATA"], 503),
        (["MAIL FROM:<a@example.com>", "RCPT TO:<>"], 501),
        (["MAIL FROM:<a@example.com>", "MAIL FROM:<b@example.com>"], 503),
        (["MAIL a@example.com"], 501),
        (["STARTTLS"], 500),
        (["SAY hello"], 500),
    ],
)
def test_what_makes_no_sense_is_refused(
    world: World, post: smtplib.SMTP, commands: list[str], code: int
) -> None:
    post.ehlo()
    assert [post.docmd(each)[0] for each in commands][-1] == code
    post.rset()
    post.send_message(invitation())
    assert len(world.mail) == 1


def test_a_mail_too_large_is_refused_and_the_next_one_taken(
    world: World, post: smtplib.SMTP
) -> None:
    post.ehlo()
    post.mail("a@example.com")
    post.rcpt("b@example.com")
    assert post.data(b"x" * 998 + (b"\r\n" + b"x" * 998) * (SIZE // 1000 + 1))[0] == 552
    post.send_message(invitation())
    assert len(world.mail) == 1


def test_a_client_that_leaves_in_the_middle_leaves_nothing(
    world: World, server: MailServer, post: smtplib.SMTP
) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as other:
        other.sendall(b"EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nSubject: half")
    post.send_message(invitation())
    assert len(world.mail) == 1


def test_a_taken_port_is_an_error(world: World, server: MailServer) -> None:
    with pytest.raises(OSError, match="in use"), MailServer(world, server.port):
        pass


def test_mails_are_listed_for_people_and_for_programs(world: World, post: smtplib.SMTP) -> None:
    client = Client(world)
    assert "No mail yet" in client.get("/mail", base_url=HERE).text
    post.send_message(invitation("<p>Hi</p>"))
    listed = client.get("/mail", base_url=HERE)
    assert "Bienvenue, Véra &lt;b&gt;" in listed.text
    assert "href='/mail/1'" in listed.text
    every: Any = client.get("/mail", base_url=HERE, headers=JSON).json
    [mail] = every["mail"]
    assert (mail["number"], mail["to"]) == (1, "vera@example.com")
    assert client.get("/mail/1", base_url=HERE, headers=JSON).json == mail
    assert client.get("/mail/2", base_url=HERE).status_code == 404


def test_a_mail_shows_both_parts_and_runs_nothing(world: World, post: smtplib.SMTP) -> None:
    post.send_message(invitation("<script>alert('x')</script><a href='/evil'>x</a>"))
    page = Client(world).get("/mail/1", base_url=HERE)
    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(&#x27;x&#x27;)" in page.text
    assert "<iframe sandbox='allow-popups allow-popups-to-escape-sandbox'" in page.text
    assert "href='http://127.0.0.1:8000/invite?a=1&amp;b=2'>" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
