"""The loop of every worker: lease from catalog, run at most n at once, commit, drain.

A worker service writes a `Worker` (see `handler.py`) and runs it by `run_worker` of `loop.py`. The rest is `poller.py`, which
talks to catalog, `executor.py`, which runs jobs, and `state.py`, what is held between the two.
"""
