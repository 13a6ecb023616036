"""Terminal screens. They know invoices only and declare ports for all else they need."""
