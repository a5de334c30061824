"""What merchants set up: the print shop, its products and sizes, rates of shipping and taxes."""
