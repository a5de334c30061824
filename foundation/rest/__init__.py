"""What every JSON view stands on: who asks, in which shop, with which role, and how we say no.

An app's views derive from :class:`~foundation.rest.views.ShopAPIView` and are mounted below
``/api/``; their errors are RFC 9457 problem details, their POSTs honour ``Idempotency-Key``, their
lists are keyset pages. Tokens, the schema and its page are here, too.

Not done here: throttling (nobody has needed it; guessing at the token door is slowed down by
django-axes), taking a single token back (a person who is deactivated or changes the password ends
all of them), keys for machines, versions of the API.
"""
