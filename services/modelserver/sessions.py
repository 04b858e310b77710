"""How every model is opened: one thread a run, so that requests in parallel share the cores instead of fighting."""

from pathlib import Path

from onnxruntime import InferenceSession, SessionOptions


def open_session(path: Path) -> InferenceSession:
    """A session on the CPU; its `run` may be called by several threads at once, each doing its own work."""
    options = SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return InferenceSession(str(path), sess_options=options, providers=["CPUExecutionProvider"])
