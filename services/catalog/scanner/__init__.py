"""Catalog's second process. It works on the database itself, for a scan or a large edit of tags writes more than calls
could carry.
"""
