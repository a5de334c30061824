"""A mail server over a real socket, strict about the order of commands, that can misbehave."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

ANSWERS = {
    "CONNECT": "220 stub ready",
    "EHLO": "250-stub\r\n250-8BITMIME\r\n250-AUTH PLAIN\r\n250 SIZE 1000000",
    "AUTH": "235 welcome",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "MESSAGE": "250 taken",
    "QUIT": "221 bye",
    "RSET": "250 ok",
}
HANG_UP = "hang up"


@dataclass
class Mailbox:
    """What the server took, and how it answers. ``answers`` overrides :data:`ANSWERS`."""

    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    before_answer: Callable[[], None] = lambda: None
    """Runs when a message has been read whole and before it is answered."""

    def mails(self) -> list[EmailMessage]:
        """Return what was taken, parsed."""
        return [message_from_bytes(each, policy=policy.default) for each in self.taken]


class _Session(socketserver.StreamRequestHandler):
    box: Mailbox

    def handle(self) -> None:
        if not self.say("CONNECT"):
            return
        while line := self.rfile.readline():
            verb = line.decode().split()[0].upper()
            self.box.commands.append(line.decode().strip())
            if not self.say(verb):
                return
            if verb == "DATA" and "DATA" not in self.box.answers:
                self.box.taken.append(self.read_message())
                self.box.before_answer()
                if not self.say("MESSAGE"):
                    return
            if verb == "QUIT":
                return

    def read_message(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def say(self, step: str) -> bool:
        answer = self.box.answers.get(step, ANSWERS.get(step, "502 what?"))
        if answer == HANG_UP:
            return False
        try:
            self.wfile.write(answer.encode() + b"\r\n")
        except OSError:
            return False
        return True


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run one on a free port of this machine."""
    box = Mailbox()
    session = type("Session", (_Session,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), session) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield box
        server.shutdown()
