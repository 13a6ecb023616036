"""Migrations of the foundation's own rows."""
