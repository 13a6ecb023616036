"""Numbered SQL files; each runs once, in one transaction with its number."""
