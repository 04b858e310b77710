"""Object storage: one port, `ObjectStore`, and its adapters for S3-compatible stores and local folders.

`libs.objects.opening.open_store` opens a store; `libs.objects.uri` reads the addresses that users write.
"""
