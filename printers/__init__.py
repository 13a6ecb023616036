"""Paper: document to bytes to device. Knows nothing of invoices, screens or servers."""
