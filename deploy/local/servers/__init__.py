"""The servers that Bowerbird needs, started from Python packages: no root, no Docker, nothing installed system-wide."""
