"""Invented invoices for demonstrations, tests and measurements: nobody's, and true to form."""
