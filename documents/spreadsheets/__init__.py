"""Spreadsheets: rows of texts out of a stranger's workbook."""
