"""A forgotten password: a link by mail, good for an hour and for one use.

Here, in the top layer: people are ``foundation.shops``, which stands below ``foundation.mail``.
Whoever asks learns nothing about who has an account: page, mail back-end and time are the same.

Not done here: inviting people, second factors, questions about pets.
"""
