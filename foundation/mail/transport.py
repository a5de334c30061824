"""Hand one message to the configured back-end, and say exactly how far it got.

With SMTP the steps are taken one by one, because only so is it known whether the message itself
had begun to leave: before that a failure is certain, after it only the server's answer is.

Not done here: rows, retries, words about what becomes of the mail.
"""

import re
import smtplib
import ssl
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address

from foundation.failures import Failure, OutcomeUnknown, Permanent, Transient

from .contracts import ServerAway, SettingsRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

STEP_SECONDS = 10.0
SAID = 300
OK, STARTS = 250, 354
SERVER_ERROR = 500
AUTHENTICATION_REQUIRED, TOO_LARGE = 530, 552
LATER = "It is tried again by itself."
LOOK = "Look at its words, then send it again."


def hand_over(message: EmailMessage, *, seconds: float) -> None:
    """Send ``message`` within ``seconds``. Returns when the back-end has taken it.

    Raises ``Transient`` and ``Permanent`` (it did not leave), :class:`SettingsRefused` (none
    would leave), ``OutcomeUnknown`` (it may have left).
    """
    try:
        backend = get_connection(fail_silently=False)
    except ImproperlyConfigured as error:
        hint = f"{error}. Set MAIL_URL to a folder that can be written, or to a mail server."
        raise SettingsRefused(hint) from error
    if isinstance(backend, smtp.EmailBackend):
        _Smtp(backend, seconds).send(message)
        return
    try:
        backend.send_messages([message])
    except OSError as error:
        text = f"The mail could not be written to its folder: {error}. It is tried again."
        raise Transient(text) from error


class _Smtp:
    """One session with the mail server for one message."""

    def __init__(self, backend: smtp.EmailBackend, seconds: float) -> None:
        self.backend: Any = backend
        self.where = f"The mail server {backend.host}:{backend.port}"
        self.ends = time.monotonic() + seconds

    def send(self, message: EmailMessage) -> None:
        """Connect, offer the message, leave. What the server said last decides."""
        encoding = message.encoding or settings.DEFAULT_CHARSET
        sender = sanitize_address(message.from_email, encoding)
        to = [sanitize_address(address, encoding) for address in message.recipients()]
        data = re.sub(rb"\r?\n", b"\r\n", message.message().as_bytes())
        self.backend.timeout = self._step()
        try:
            with self._before_data():
                self.backend.open()
                self._offer(sender, to, data)
            self._deliver(data)
        finally:
            # The server has answered or never will; how it takes the good-bye changes nothing.
            with suppress(OSError):
                self.backend.close()

    def _step(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 1:
            raise self._failure(
                ServerAway, "is too slow: the time ran out before the mail was offered", LATER
            )
        return min(STEP_SECONDS, left)

    def _offer(self, sender: str, to: list[str], data: bytes) -> None:
        server = self.backend.connection
        server.sock.settimeout(self._step())
        server.ehlo_or_helo_if_needed()
        options = [f"size={len(data)}"] if server.has_extn("size") else []
        if server.has_extn("8bitmime"):
            options.append("body=8bitmime")
        server.sock.settimeout(self._step())
        code, said = server.mail(sender, options)
        if code != OK:
            raise smtplib.SMTPSenderRefused(code, said, sender)
        for address in to:
            server.sock.settimeout(self._step())
            code, said = server.rcpt(address)
            if code not in (OK, OK + 1):
                raise smtplib.SMTPRecipientsRefused({address: (code, said)})
        server.sock.settimeout(self._step())
        code, said = server.docmd("DATA")
        if code != STARTS:
            raise smtplib.SMTPDataError(code, said)

    def _deliver(self, data: bytes) -> None:
        server = self.backend.connection
        body = re.sub(rb"(?m)^\.", b"..", data)
        end = b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            server.sock.settimeout(max(1.0, self.ends - time.monotonic()))
            server.send(body + end)
            code, said = server.getreply()
        except OSError as error:
            lost = f"{self.where} was lost after the mail had left us ({_words(error)})."
            raise OutcomeUnknown(lost) from error
        if code == OK:
            return
        words = _said(code, said)
        if code >= SERVER_ERROR:
            raise self._failure(Permanent, f"refused the mail after reading it: {words}", LOOK)
        if code >= SERVER_ERROR - 100:
            raise self._failure(Transient, f"would not take the mail now: {words}", LATER)
        unclear = f"{self.where} gave an answer that means nothing: {code}."
        raise OutcomeUnknown(unclear)

    @contextmanager
    def _before_data(self) -> "Iterator[None]":
        """Turn what the library raises into kinds; nothing has left yet, whatever it is."""
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            words = self._unless_later(error.smtp_code, error.smtp_error)
            what = f"refuses our log-in: {words}"
            raise self._refused(what, "Correct user and password in MAIL_URL") from error
        except smtplib.SMTPNotSupportedError as error:
            what = f"does not offer what MAIL_URL asks for: {_words(error)}"
            now = "Leave out tls=1 or the user, or name another port"
            raise self._refused(what, now) from error
        except smtplib.SMTPSenderRefused as error:
            raise self._sender_refused(error) from error
        except smtplib.SMTPRecipientsRefused as error:
            ((address, (code, said)),) = error.recipients.items()
            words = self._unless_later(code, said)
            raise self._failure(
                Permanent,
                f"takes no mail to {address}: {words}",
                "Correct the person's address, then send it again.",
            ) from error
        except smtplib.SMTPResponseException as error:
            words = self._unless_later(error.smtp_code, error.smtp_error, ServerAway)
            raise self._failure(Permanent, f"refuses us: {words}", LOOK) from error
        except ssl.SSLError as error:
            what = f"could not be reached by TLS: {_words(error)}"
            now = "Its certificate must be valid for the host in MAIL_URL"
            raise self._refused(what, now) from error
        except OSError as error:
            raise self._failure(
                ServerAway, f"does not answer: {_words(error)}", f"{LATER} Is MAIL_URL right?"
            ) from error

    def _sender_refused(self, error: smtplib.SMTPSenderRefused) -> Exception:
        words = self._unless_later(error.smtp_code, error.smtp_error)
        if error.smtp_code == TOO_LARGE:
            return self._failure(Permanent, f"takes no mail of this size: {words}", "Discard it.")
        if error.smtp_code == AUTHENTICATION_REQUIRED:
            return self._refused(f"wants a log-in: {words}", "Put user and password into MAIL_URL")
        return self._refused(
            f"takes no mail from {error.sender}: {words}", "Set MAIL_FROM to an address it knows"
        )

    def _unless_later(self, code: int, said: object, kind: type[Failure] = Transient) -> str:
        words = _said(code, said)
        if code < SERVER_ERROR:
            raise self._failure(kind, f"cannot do it now: {words}", LATER)
        return words

    def _failure(self, kind: type[Failure], what: str, now: str) -> Failure:
        return kind(f"{self.where} {what}. {now}")

    def _refused(self, what: str, now: str) -> SettingsRefused:
        return SettingsRefused(f"{self.where} {what}. {now}, and restart.")


def _said(code: int, said: object) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return f"{code} {_printable(text)}".strip()


def _words(error: Exception) -> str:
    return _printable(str(error)) or type(error).__name__


def _printable(text: str) -> str:
    clean = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(clean.split())[:SAID].rstrip(".")
