"""``manage.py mails list|resend|mark-sent|test``: ops' hand on mails."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from foundation.failures import Failure
from foundation.mail.composing import checked_address, checked_subject, message_id_of, rendered
from foundation.mail.contracts import InvalidMail, Refused, SettingsRefused
from foundation.mail.enums import MailState
from foundation.mail.models import Mail
from foundation.mail.services import mark_sent, send_again, settings_work
from foundation.mail.transport import hand_over

LISTED = 50
TEST_SECONDS = 60.0


class Command(BaseCommand):
    help = "List mails, send them again, mark them as sent, or test the settings with one mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["list", "resend", "mark-sent", "test"])
        parser.add_argument("--id", type=uuid.UUID, action="append", help="may be given repeatedly")
        parser.add_argument("--state", choices=MailState.values)
        parser.add_argument("--shop", type=uuid.UUID, help="the shop's id")
        parser.add_argument("--to", help="list, resend, mark-sent: this address; test: where to")
        parser.add_argument("--all", action="store_true", help="no filter at all, on purpose")
        parser.add_argument("--reason", default="", help="why, for the audit record")
        parser.add_argument("--dry-run", action="store_true", help="change and send nothing")

    def handle(self, verb: str, **options: Any) -> None:
        if verb == "test":
            self._test(options)
        elif verb == "list":
            self._list(self._matching(options))
        else:
            self._decide(verb, options)

    def _matching(self, options: dict[str, Any]) -> QuerySet[Mail]:
        found = Mail.objects.defer("text", "html", "sealed").order_by("-created_at", "-id")
        if options["id"]:
            found = found.filter(pk__in=options["id"])
        if options["state"]:
            found = found.filter(state=options["state"])
        if options["shop"]:
            found = found.filter(shop_id=options["shop"])
        if options["to"]:
            found = found.filter(to__iexact=options["to"])
        return found

    def _list(self, found: QuerySet[Mail]) -> None:
        mails = list(found[:LISTED])
        for mail in mails:
            error = f": {mail.error}" if mail.error else ""
            self.stdout.write(f"{mail.pk}  {mail.state:8} {mail.to}  {mail.subject}{error}")
        if not mails:
            self.stdout.write("No mails.")

    def _decide(self, verb: str, options: dict[str, Any]) -> None:
        if not options["all"] and not any(options[name] for name in ("id", "state", "shop", "to")):
            message = f"Give a filter, or --all to {verb} every mail that can be."
            raise CommandError(message)
        if not options["reason"]:
            message = "Say why with --reason: it goes into the audit record."
            raise CommandError(message)
        states = [MailState.UNKNOWN]
        if verb == "resend":
            states.append(MailState.FAILED)
        found = self._matching(options).filter(state__in=states)
        if options["dry_run"]:
            self._list(found)
            self.stdout.write(f"Dry run: {found.count()} would be put to {verb}; nothing changed.")
            return
        done = 0
        for mail in list(found):
            try:
                if verb == "resend":
                    send_again(mail=mail, actor_id=None, reason=options["reason"])
                else:
                    mark_sent(mail=mail, actor_id=None, reason=options["reason"])
            except Refused as refused:
                self.stdout.write(f"{mail.pk} {refused}")
            else:
                done += 1
        words = "queued again" if verb == "resend" else "marked as sent"
        self.stdout.write(f"{done} mail{'' if done == 1 else 's'} {words}.")

    def _test(self, options: dict[str, Any]) -> None:
        if not options["to"]:
            message = "Where to? mails test --to you@example.com"
            raise CommandError(message)
        subject, text, _ = rendered("test", {})
        try:
            to, subject = checked_address(options["to"]), checked_subject(subject)
        except InvalidMail as invalid:
            raise CommandError(str(invalid)) from invalid
        mail_id = uuid.uuid4()
        mail = EmailMultiAlternatives(
            subject, text, to=[to], headers={"Message-ID": message_id_of(mail_id)}
        )
        where = settings.EMAIL_BACKEND.split(".")[-2]
        if options["dry_run"]:
            self.stdout.write(f"Dry run: would send “{subject}” to {to} by {where}; nothing sent.")
            return
        try:
            hand_over(mail, seconds=TEST_SECONDS)
        except (Failure, SettingsRefused) as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write(f"Taken by {where}: {message_id_of(mail_id)} to {to}.")
        released = settings_work()
        if released:
            self.stdout.write(f"{released} waiting mails go on.")
