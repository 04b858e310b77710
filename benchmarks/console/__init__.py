"""The console in a real browser, over a million files with real pictures, and its gateway."""
