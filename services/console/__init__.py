"""The web console and the REST gateway: the same RPCs over HTTP, and the pages that people look at."""
