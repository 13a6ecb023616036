"""Enrolled kiosks: their keys, journals, verdicts, changes, and what waits for a person."""
