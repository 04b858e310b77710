"""The exit codes of `bowerbird`, the same for every command."""

from enum import IntEnum


class Exit(IntEnum):
    """Scripts may rely on these."""

    OK = 0
    FAILED = 1
    """The command or its job failed; the reason is on standard error."""
    USAGE = 2
    """The command line is wrong; nothing was tried."""
    PARTIALLY_FAILED = 3
    """The job is done, but some files failed."""
    STOPPED = 4
    """The job was stopped before it was done."""
    INTERRUPTED = 130
    """Ctrl-C. A job that was being watched goes on."""


TEXT = """Exit codes: 0 done; 1 failed; 2 wrong usage; 3 the job is done but some files failed; 4 the job was stopped;
130 interrupted (a job that was being watched goes on)."""
