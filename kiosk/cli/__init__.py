"""The kiosk's commands, one module each; what a command needs is imported when it runs."""
