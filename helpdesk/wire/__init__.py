"""What the kiosk and the helpdesk server must agree on."""
