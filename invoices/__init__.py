"""What an invoice is: kinds, codes, QR text, amounts, verdicts. Pure: no I/O, no clock."""
