"""The loop of every worker: lease from catalog, run at most n at once, commit, drain.

A worker service writes a `Worker` (see `handler.py`) and runs it by `run_worker` of `loop.py`. Below that, `poller.py`
talks to catalog, `executor.py` runs jobs, and `state.py` is what is held between the two.
"""
