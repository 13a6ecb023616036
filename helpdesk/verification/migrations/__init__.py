"""Migrations of the checks."""
