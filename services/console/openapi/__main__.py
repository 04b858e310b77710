"""Prints the OpenAPI document of the gateway as JSON: `python -m services.console.openapi > openapi.json`."""

import json

from services.console.openapi.document import document

if __name__ == "__main__":
    print(json.dumps(document(), indent=2, ensure_ascii=False))
