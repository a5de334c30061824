"""Push to the browser: "this topic changed", and nothing else.

The browser answers by fetching the fragment it would have polled anyway, through the same view
with the same permission check; so a push can neither leak nor lie, and a lost one costs a few
seconds. Not done here: data in messages, presence, anything that must arrive.
"""
