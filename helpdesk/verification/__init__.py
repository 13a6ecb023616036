"""The check of an invoice against the registry, by the rules, recorded before it is answered."""
