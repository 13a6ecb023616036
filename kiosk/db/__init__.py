"""The kiosk's own database: SQL over one narrow port."""
