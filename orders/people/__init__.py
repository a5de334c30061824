"""Who uses the print shop: browsers by a signed cookie, customers by a mailed link."""
