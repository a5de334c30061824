"""The pages of staff about orders, below ``/orders/`` and ``/fulfilment/``."""
