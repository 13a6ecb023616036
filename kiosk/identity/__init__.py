"""Who this kiosk is to its server: keys, what it was leased, and requests signed with them."""
