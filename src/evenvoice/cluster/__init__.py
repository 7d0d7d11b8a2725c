"""Work on many machines: Dask's scheduler and workers as an `Executor` (`evenvoice.parallel`)."""

from evenvoice.cluster.executor import DaskExecutor

__all__ = ["DaskExecutor"]
