"""Handing a mail to the mail server (RFC 5321): once or again later, but under one Message-ID."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from orderflow import clock
from orderflow.config import Config
from orderflow.members.mails import Notice
from stores.base import StoreBusy
from stores.texts import _
from workers.letters import Letter

PATIENCE = 20
"""Seconds that a mail server has for each answer."""


class MailBusy(StoreBusy):
    """Not now: the mail comes again later, like a call to a store that is busy."""


class MailRefused(RuntimeError):
    """Never; ``words`` are the mail server's."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def deliver(config: Config, notice: Notice, letter: Letter) -> None:
    """Raises MailRefused or MailBusy."""
    message = compose(config, notice, letter)
    try:
        server = _connect(config.mail_url or "")
        try:
            server.send_message(message)
        finally:
            _leave(server)
    except smtplib.SMTPAuthenticationError:
        raise MailBusy(_("The mail server does not know our name or password.")) from None
    except smtplib.SMTPRecipientsRefused as no:
        code, said = next(iter(no.recipients.values()))
        raise _judged(code, said) from None
    except smtplib.SMTPResponseException as no:
        raise _judged(no.smtp_code, no.smtp_error) from None
    except (smtplib.SMTPNotSupportedError, UnicodeEncodeError):
        raise MailRefused(_("The mail server does not take such an address.")) from None
    except OSError:  # smtplib's own errors are of this kind too
        raise MailBusy(_("The mail server does not answer.")) from None


def compose(config: Config, notice: Notice, letter: Letter) -> EmailMessage:
    """Text and HTML. A header never has more lines than its own, whatever a shop is called."""
    message = EmailMessage(policy=SMTP)
    host = urlsplit(config.public_url).hostname
    message["Message-ID"] = f"<{notice.id}@{host}>"
    message["Date"] = format_datetime(clock.now())
    message["Subject"] = " ".join(letter.subject.split())
    message["From"] = config.mail_from
    message["To"] = _address(notice.recipient)
    if notice.reply_to:
        message["Reply-To"] = _address(notice.reply_to)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    message["Content-Language"] = notice.language
    return message


def _address(written: str) -> Address:
    try:
        return Address(addr_spec=written)
    except (ValueError, IndexError, MessageError):
        raise MailRefused(_("This is not an e-mail address.")) from None


def _connect(mail_url: str) -> smtplib.SMTP:
    """Encrypted where the server offers it; a password is told to no server that does not."""
    url = urlsplit(mail_url)
    host, user, password = url.hostname or "", unquote(url.username or ""), url.password or ""
    context = ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, url.port or 465, timeout=PATIENCE, context=context
        )
    else:
        server = smtplib.SMTP(host, url.port or 25, timeout=PATIENCE)
        server.ehlo_or_helo_if_needed()
        if server.has_extn("starttls"):
            server.starttls(context=context)
        elif user:
            server.close()
            raise MailBusy(
                _("The mail server offers no encryption, so it is not told our password.")
            )
    if user:
        server.login(user, unquote(password))
    return server


def _leave(server: smtplib.SMTP) -> None:
    """What it says to our good-bye changes nothing of a mail that it has taken."""
    with suppress(OSError):
        server.quit()
    server.close()


def _judged(code: int, said: bytes | str) -> MailBusy | MailRefused:
    """RFC 5321 §4.2.1: 4yz may be tried again, 5yz may not."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    told = f"{code} {words}"[:300]
    return MailRefused(told) if code >= 500 else MailBusy(told)
