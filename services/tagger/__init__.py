"""Worker: shows each image and a tag definition to a multimodal model and keeps the tags that it answers."""
