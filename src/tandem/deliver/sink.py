"""A small real mail server that keeps what it gets in a folder. For the demo and tests; it relays nothing.

`messages.ndjson` has one line per message taken: number, sender, recipients, message_id, subject. The message
itself is `NUMBER.eml`. Both are written before the message is answered with 250.
"""

import asyncio
import json
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from tandem.deliver.problems import UNREACHABLE
from tandem.kernel import Problems

LOOPBACK = "127.0.0.1"
LIST = "messages.ndjson"


class MailSink:
    """`with MailSink(folder) as sink:` listens on `sink.host`, `sink.port` until the block ends."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.host = LOOPBACK
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self._failed: OSError | None = None
        self._thread = Thread(target=self._serve, name="mail sink", daemon=True)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        self._ready.wait()
        if self._failed is not None:
            raise Problems(UNREACHABLE(f"the mail sink cannot listen on port {self.port}: {self._failed}"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def taken(self) -> list[dict[str, Any]]:
        """The messages taken so far, in order: number, sender, recipients (a list), message_id, subject."""
        return read_sink(self.folder)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        keep = _Keep(self.folder)
        try:
            server = self._loop.run_until_complete(
                self._loop.create_server(lambda: _server(keep, self._loop), self.host, self.port)
            )
        except OSError as error:
            self._failed = error
            self._ready.set()
            return
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.close()


def read_sink(folder: Path) -> list[dict[str, Any]]:
    """What a sink with this folder took, in order; empty if it took nothing."""
    listed = folder / LIST
    if not listed.exists():
        return []
    return [json.loads(line) for line in listed.read_text(encoding="utf-8").splitlines()]


class _Keep:
    """Writes each message and its line in the list, then says 250."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = len(read_sink(folder))

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._number += 1
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        head = BytesHeaderParser().parsebytes(content.partition(b"\r\n\r\n")[0])
        (self._folder / f"{self._number:06d}.eml").write_bytes(content)
        line = {
            "number": self._number,
            "sender": envelope.mail_from,
            "recipients": list(envelope.rcpt_tos),
            "message_id": _header(head, "Message-ID"),
            "subject": _header(head, "Subject"),
        }
        with (self._folder / LIST).open("a", encoding="utf-8") as listed:
            listed.write(json.dumps(line, ensure_ascii=False) + "\n")
        return "250 kept"


def _server(keep: _Keep, loop: asyncio.AbstractEventLoop) -> SMTP:
    return SMTP(keep, enable_SMTPUTF8=True, hostname="sink.example", loop=loop)


def _header(message: Message, name: str) -> str:
    return str(make_header(decode_header(message.get(name, "")))).strip()
