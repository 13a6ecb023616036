"""The kiosk process: use cases, local database, scanners, and the wiring of screens and paper."""
