"""`python -m deploy.local.models`: make the embedded models if they are not there yet, and print where they are."""

import sys

from deploy.local.models.cache import ensure_models
from deploy.local.packages import SourceMissing


def main() -> None:
    try:
        print(ensure_models())
    except SourceMissing as missing:
        sys.exit(f"error: {missing}")


if __name__ == "__main__":
    main()
