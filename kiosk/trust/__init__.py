"""Slips that prove themselves: the codes this kiosk signs, and the list that checks all kiosks'."""
