"""Pictures of files: thumbnails, and the originals themselves."""
