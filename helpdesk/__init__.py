"""The server process. Empty on purpose: ``helpdesk.wire`` must be importable without the rest."""
