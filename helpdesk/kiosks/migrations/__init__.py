"""Migrations of the kiosks."""
