"""The public print shop: pages for visitors and customers, below ``/print-shop/``.

Everything here works as plain pages and forms; the modules in ``static/print_shop`` make it quick.
"""
