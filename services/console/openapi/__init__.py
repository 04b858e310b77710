"""What the gateway serves, as an OpenAPI 3.1 document made from the contracts, and as a page for people."""
