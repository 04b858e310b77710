"""gRPC as every service speaks it: errors, identity, names, channels, the server lifecycle."""
