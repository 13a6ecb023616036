"""Migrations of the trust list's tables."""
