"""What a mail server can answer, and what is made of it. The servers are real and misbehave on purpose."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import company
import pytest
from aiosmtpd.smtp import SMTP
from company import DAY, NOW

from tandem.charter.definitions import EmailSettings, Security
from tandem.deliver.mail import Envelope
from tandem.deliver.smtp import Login, MailLine, Verdict
from tandem.kernel import Problems

MESSAGE = Envelope(1, "hello@shop.example", "ada@cast.example", b"Subject: x\r\n\r\n.dot\r\n..two\r\n")


@contextmanager
def serving(handler: Any) -> Iterator[EmailSettings]:
    """An aiosmtpd server with this handler, in a thread."""
    loop, ready, port = asyncio.new_event_loop(), threading.Event(), []

    def run() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(
            loop.create_server(lambda: SMTP(handler, hostname="test.example", loop=loop), "127.0.0.1", 0)
        )
        port.append(server.sockets[0].getsockname()[1])
        ready.set()
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    yield EmailSettings(host="127.0.0.1", port=port[0], security=Security.NONE, sender="hello@shop.example")
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


Answering = Callable[[Any], str] | None


class Taking:
    """Takes everything; a function may answer RCPT or DATA otherwise, or cut the line."""

    def __init__(
        self, rcpt: Callable[[str], str] | None = None, data: Callable[[Any], str] | None = None
    ) -> None:
        self.bodies: list[bytes] = []
        self._rcpt, self._data = rcpt, data

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        answer = self._rcpt(address) if self._rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self._data:
            answer = self._data(server)
            if not answer.startswith("250"):
                return answer
        self.bodies.append(envelope.content)
        return "250 OK"


def cut(server: Any) -> str:
    server.transport.abort()
    return "250 never heard"


def test_dots_arrive_as_they_were(house) -> None:
    taking = Taking()
    with serving(taking) as settings, MailLine(settings) as line:
        assert line.hand_over(MESSAGE).verdict is Verdict.ACCEPTED
    assert taking.bodies == [MESSAGE.body]


@pytest.mark.parametrize(
    ("rcpt", "data", "verdict"),
    [
        (lambda a: f"550 <{a}>: no such user", None, Verdict.REFUSED),
        (lambda a: "451 greylisted", None, Verdict.LATER),
        (None, lambda s: "554 looks like spam", Verdict.REFUSED),
        (None, lambda s: "452 no room", Verdict.LATER),
        (None, cut, Verdict.UNKNOWN),
    ],
    ids=["rcpt 5xx", "rcpt 4xx", "data 5xx", "data 4xx", "line cut after the message"],
)
def test_verdicts(rcpt: Any, data: Any, verdict: Verdict) -> None:
    with serving(Taking(rcpt, data)) as settings, MailLine(settings) as line:
        answer = line.hand_over(MESSAGE)
        assert answer.verdict is verdict
        assert "ada@cast.example" not in answer.detail


def test_after_one_refusal_the_line_serves_the_next_recipient() -> None:
    taking = Taking(rcpt=lambda a: "550 no" if a.startswith("ada") else "250 OK")
    with serving(taking) as settings, MailLine(settings) as line:
        assert line.hand_over(MESSAGE).verdict is Verdict.REFUSED
        bo = Envelope(2, MESSAGE.sender, "bo@cast.example", MESSAGE.body)
        assert line.hand_over(bo).verdict is Verdict.ACCEPTED


def test_a_line_that_the_server_closed_in_between_is_opened_again() -> None:
    taking = Taking()
    with serving(taking) as settings, MailLine(settings) as line:
        line.hand_over(MESSAGE)
        assert line._smtp is not None
        line._smtp.sock.shutdown(socket.SHUT_RDWR)
        assert line.hand_over(MESSAGE).verdict is Verdict.ACCEPTED
    assert len(taking.bodies) == 2


def test_tls_that_the_server_does_not_offer_is_a_problem() -> None:
    with serving(Taking()) as settings:
        strict = EmailSettings(
            host=settings.host, port=settings.port, security=Security.STARTTLS, sender=settings.sender
        )
        with pytest.raises(Problems, match="DLV-002"), MailLine(strict) as line:
            line.hand_over(MESSAGE)


def test_a_password_is_not_sent_in_the_clear() -> None:
    settings = EmailSettings(host="127.0.0.1", port=1, security=Security.NONE, sender="hello@shop.example")
    with pytest.raises(Problems, match="DLV-004"):
        MailLine(settings, Login("user", "secret"))
    assert "secret" not in repr(Login("user", "secret"))


def test_refused_now_means_once_more_later_and_refused_for_good_means_failed(house) -> None:
    company.people_join(house.engine, [100, 101, 102])
    company.assigned(house.engine, [100, 101, 102])
    seen: list[str] = []

    def rcpt(address: str) -> str:
        seen.append(address)
        if address.startswith("person100"):
            return "550 no such user" if len(seen) else ""
        return "451 later" if address.startswith("person101") and seen.count(address) == 1 else "250 OK"

    with serving(Taking(rcpt)) as settings:
        first = house.beat(port=settings.port)
        assert (first.sent, first.failed, first.deferred) == (1, 1, 1)
        assert house.reasons() == {100: "failed", 101: "deferred", 102: "sent"}
        assert len(seen) == 3
        second = house.beat(NOW + DAY, port=settings.port)
        assert (second.sent, second.failed, second.deferred) == (1, 0, 0)
        assert house.reasons() == {100: "failed", 101: "sent", 102: "sent"}
        assert len(seen) == 4


def test_a_server_that_never_takes_it_is_given_up_after_three_days(house) -> None:
    company.people_join(house.engine, [100])
    company.assigned(house.engine, [100])
    with serving(Taking(lambda a: "451 later")) as settings:
        for days in range(4):
            assert house.reasons().get(100, "deferred") == "deferred"
            house.beat(NOW + days * DAY, port=settings.port)
        assert house.reasons() == {100: "failed"}


def test_the_sink_keeps_whatever_it_took(house) -> None:
    settings = EmailSettings(
        host="127.0.0.1", port=house.sink.port, security=Security.NONE, sender="a@b.example"
    )
    with MailLine(settings) as line:
        answers = {line.hand_over(MESSAGE).verdict for _ in range(500)}
    assert answers == {Verdict.ACCEPTED}
    assert len(house.sink.taken()) == 500
