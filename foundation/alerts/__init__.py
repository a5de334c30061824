"""What is wrong now, why, and what to do: one open row per cause, however often it was noticed.

An alert is opened under a key in the transaction of what it tells of, and closed by whoever sees
that the cause is gone. A dead job's alert follows the dead letters themselves: it is open exactly
while there are any of that task and shop. When an alert becomes critical, the shop's owners (or,
for the installation, its operators) get a mail: once per opening.

Not done here: chat and webhooks as channels, who wants which mail, deciding what
deserves an alert, thresholds over time.
"""
