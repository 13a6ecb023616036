"""What the kiosk and the helpdesk process must agree on."""
