"""The whole system on one machine: registry, server, virtual printer and one kiosk."""
