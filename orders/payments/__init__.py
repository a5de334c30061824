"""Money of orders: Checkout Sessions, what Stripe tells of them, refunds, disputes, the sweep.

Every change of an order's money locks the order's row first, then the attempt's. What Stripe says
arrives by webhooks, by reading back and by the sweep, in any order and repeatedly; states only
rise in rank, and the order's own standing is computed anew from the rows (``standing``).

Not done here: how Stripe is spoken to (``connectors.stripe``), what an order costs
(``orders.sales``), mails (handlers of ``orders.payment_*``).
"""
