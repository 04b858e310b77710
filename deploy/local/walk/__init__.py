"""The main job of Bowerbird from end to end, on real photos through the real services: what `make run` shows."""
