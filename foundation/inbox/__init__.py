"""The vendors' door: webhooks are verified on their raw bytes, stored once, handed to jobs.

A source registers itself with the paths it is called at and a receiver that checks signatures
(``foundation.inbox.contracts``). What is acknowledged is stored together with its jobs in one
statement, so an answer of 200 means "will be handled", whatever crashes next. A message that was
seen before is acknowledged again and makes no second job.

Not done here: knowing any vendor (the receiver does), understanding a payload (the listeners do),
ordering (vendors do not keep it; listeners compare the payload's own times), calling back.
"""
