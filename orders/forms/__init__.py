"""What staff types about orders, read into values; nothing is saved here."""
