"""The technician's screen: how the kiosk is, at one glance, and what to do about it."""
