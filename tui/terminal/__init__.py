"""The terminal at byte level: where a scan is told from typing."""
