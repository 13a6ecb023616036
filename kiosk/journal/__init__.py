"""The journal: every durable act of this kiosk, in order, and the server's word on it."""
