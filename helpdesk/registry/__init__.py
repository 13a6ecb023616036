"""The registry of invoices: what was issued, and what became of it."""
