"""All figures of the main job: `python -m benchmarks.main`, or `make bench-main`. Ends with 1 if one falls short."""

import sys
from itertools import chain

from benchmarks import dispatch, lister, scan
from benchmarks.report import report
from libs.rpc.logs import configure_logs

if __name__ == "__main__":
    configure_logs("benchmarks", "text")  # to standard error; the figures alone are the output
    sys.exit(0 if report(chain(lister.measure(), scan.measure(), dispatch.measure())) else 1)
