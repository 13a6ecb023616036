"""A receipt printer without paper, for demo, tests and trying out: `python -m printers.virtual`."""

from __future__ import annotations

from printers.virtual.machine import Fault
from printers.virtual.server import VirtualPrinter

__all__ = ["Fault", "VirtualPrinter"]
