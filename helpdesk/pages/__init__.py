"""Public pages that a phone opens: a record by its address, a slip by the code on its paper."""
