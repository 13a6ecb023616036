"""Scanners: bytes told from typing, bytes to text, and the serial line."""
