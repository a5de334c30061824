"""Mails as jobs: written down with the business rows, visible, sent once.

One intent is one row (its ``key`` is unique) with one job. Sending is claim → I/O → record: the
row says "sending" before the first byte leaves, and what the server answered is written only
while the job's lease holds. SMTP knows no idempotency, so a mail that may or may not have left
(worker killed, connection lost after DATA) becomes ``unknown`` and is never repeated by itself: a
person sends it again, with the same Message-ID, or marks it as sent.

Not done here: several recipients or attachments in one mail, bounces (the mail server's word is
final), templates that merchants edit, deciding who is told about what (the caller does), opening
alerts (``foundation.alerts`` listens to ``mail.settings_refused`` and to dead jobs).
"""
