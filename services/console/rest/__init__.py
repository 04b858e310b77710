"""RPCs as REST resources and JSON, by the `google.api.http` options of the contracts."""
