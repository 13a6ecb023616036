"""Verification packs on the kiosk: fetched, proved, kept, and asked while the network is gone."""
