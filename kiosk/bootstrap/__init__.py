"""Where the parts of the kiosk are made and joined: nothing else knows them all."""
