"""Catalog's second process. It works on the database itself, for a scan writes more than calls could carry."""
