"""Reads of reader studies: what lists, pages and exports show."""
