"""Commands of mails."""
