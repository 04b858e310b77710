"""The only room that opens an image: a pool of bounded processes decodes, orients, flattens and downscales.

An image from a stranger's bucket is hostile until proved otherwise, so no service decodes one in its own process. Keep
this file free of imports: every decoder process runs it on its way up.
"""
