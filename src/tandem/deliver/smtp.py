"""Handing e-mails to a mail server, and knowing as much as SMTP lets anybody know about what became of them.

SMTP (RFC 5321, 4.2.5 and 6.1) moves responsibility for a message when the server answers 250 to the end of
DATA. Between the last byte sent and that answer nobody but the server knows whether it took the message, and
SMTP has no way to ask later. So an answer is one of four: accepted, refused, to be tried later, or unknown.
`unknown` is never tried again by itself: twice is worse than once too few.
"""

import base64
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Self, assert_never

from tandem.charter.definitions import EmailSettings, Security
from tandem.deliver.mail import Envelope, without_addresses
from tandem.deliver.problems import LOGIN_REFUSED, OPEN_PASSWORD, UNREACHABLE
from tandem.kernel import Problem, Problems

TIMEOUT_SECONDS = 60.0
CLOSING = 421


class Verdict(StrEnum):
    """What became of one message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """The verdict and the server's words, without addresses."""

    verdict: Verdict
    detail: str


@dataclass(frozen=True)
class Login:
    """User and password for the mail server. Never shown."""

    user: str
    password: str = field(repr=False)


class MailLine:
    """A line to the mail server, opened at the first message and opened anew, once, when it broke.

    `hand_over` never raises for a single recipient; it raises Problems when the server as a whole cannot be
    used, and then the message at hand was not sent.
    """

    def __init__(
        self, settings: EmailSettings, login: Login | None = None, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        if login is not None and settings.security is Security.NONE:
            raise Problems(OPEN_PASSWORD(f"`{settings.host}` is spoken to without encryption"))
        self._settings = settings
        self._login = login
        self._timeout = timeout
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye if there is still somebody to say it to."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()

    def hand_over(self, envelope: Envelope) -> Answer:
        """Try to send one message and say what became of it. Once more if the line broke before DATA."""
        reused = self._smtp is not None
        answer = self._attempt(envelope)
        if answer is None and reused:
            answer = self._attempt(envelope)
        if answer is None:
            raise Problems(self._unreachable("the server closed the line before it took the message"))
        return answer

    def _attempt(self, envelope: Envelope) -> Answer | None:
        """The answer, or None if the line broke before any of the message was sent."""
        smtp = self._open()
        try:
            refusal = self._announce(smtp, envelope)
        except (OSError, smtplib.SMTPException):
            self._drop()
            return None
        if refusal is not None:
            return refusal
        return self._body(smtp, envelope)

    def _announce(self, smtp: smtplib.SMTP, envelope: Envelope) -> Answer | None:
        """MAIL, RCPT and DATA up to the server's go-ahead; None means go ahead."""
        steps: tuple[tuple[Callable[[], tuple[int, bytes]], tuple[int, ...]], ...] = (
            (lambda: smtp.mail(envelope.sender), (250,)),
            (lambda: smtp.rcpt(envelope.recipient), (250, 251, 252)),
            (lambda: smtp.docmd("DATA"), (354,)),
        )
        for take, good in steps:
            code, text = take()
            if code not in good:
                self._clear(smtp, code)
                return _said(code, text)
        return None

    def _body(self, smtp: smtplib.SMTP, envelope: Envelope) -> Answer:
        try:
            smtp.send(_dotted(envelope.body))
            code, text = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Answer(
                Verdict.UNKNOWN, f"the line broke while the message was handed over: {_name(error)}"
            )
        if code != 250:
            self._clear(smtp, code)
        return _said(code, text)

    def _clear(self, smtp: smtplib.SMTP, code: int) -> None:
        """After a refusal: the server forgets the message and is ready for the next one."""
        try:
            if code == CLOSING:
                raise smtplib.SMTPServerDisconnected("421")
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _open(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = self._connect()
        return self._smtp

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _connect(self) -> smtplib.SMTP:
        host, port = self._settings.host, self._settings.port
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._greet(host, port)
            smtp.ehlo_or_helo_if_needed()
            if self._login is not None:
                smtp.login(self._login.user, self._login.password)
            return smtp
        except (OSError, smtplib.SMTPException) as error:
            if smtp is not None:
                smtp.close()
            raise Problems(self._why(error)) from error

    def _greet(self, host: str, port: int) -> smtplib.SMTP:
        match self._settings.security:
            case Security.NONE:
                return smtplib.SMTP(host, port, timeout=self._timeout)
            case Security.TLS:
                context = ssl.create_default_context()
                return smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=context)
            case Security.STARTTLS:
                smtp = smtplib.SMTP(host, port, timeout=self._timeout)
                smtp.starttls(context=ssl.create_default_context())
                return smtp
            case other:
                assert_never(other)

    def _why(self, error: Exception) -> Problem:
        match error:
            case smtplib.SMTPAuthenticationError():
                words = self._without_login(error.smtp_error)
                return LOGIN_REFUSED(f"`{self._settings.host}` refused the login: {words}")
            case smtplib.SMTPNotSupportedError() if self._login is not None:
                return LOGIN_REFUSED(f"`{self._settings.host}` does not offer what was asked: {_name(error)}")
            case _:
                return self._unreachable(_name(error))

    def _without_login(self, words: bytes | str) -> str:
        """The server's words; some servers say back what they were sent, and then the password is in it."""
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        if self._login is not None:
            user, password = self._login.user, self._login.password
            said = [password, *(_base64(one) for one in (password, f"\0{user}\0{password}", user))]
            for one in sorted((one for one in said if one), key=len, reverse=True):
                text = text.replace(one, "(left out)")
        return _text(text)

    def _unreachable(self, why: str) -> Problem:
        where = f"{self._settings.host}:{self._settings.port}"
        return UNREACHABLE(f"the mail server {where} cannot be used: {why}", found=where)


def _said(code: int, text: bytes | str) -> Answer:
    detail = f"{code} {_text(text)}".strip()
    if code == 250:
        return Answer(Verdict.ACCEPTED, detail)
    # 4yz is a transient refusal (RFC 5321, 4.2.1); a code outside the protocol is not worth a second try.
    return Answer(Verdict.LATER if 400 <= code < 500 else Verdict.REFUSED, detail)


def _dotted(body: bytes) -> bytes:
    """The message as DATA wants it: a dot more on lines that begin with one, and the final dot."""
    lines = body.removesuffix(b"\r\n").split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n.\r\n"


def _text(words: bytes | str) -> str:
    return without_addresses(words.decode("utf-8", "replace") if isinstance(words, bytes) else words)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _name(error: Exception) -> str:
    return without_addresses(str(error)) or type(error).__name__
