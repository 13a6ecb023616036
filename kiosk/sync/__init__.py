"""Keeping kiosk and server told of each other, whatever the network does."""
