"""The edge to gRPC, one module a service: decode, call, encode."""
