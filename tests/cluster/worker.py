"""A Dask worker with two threads for whom a folder is on another machine: `worker.py ADDRESS FOLDER`."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from distributed import Worker

forbidden = ""


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in ("open", "sqlite3.connect", "os.listdir", "os.scandir", "os.mkdir", "os.rename") or not arguments:
        return
    path = os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes | os.PathLike) else ""
    if path.startswith(forbidden):
        raise PermissionError(13, "this lies on another machine", path)


async def main(address: str) -> None:
    async with Worker(address, nthreads=2, dashboard=False, memory_limit=0) as worker:
        await worker.finished()


if __name__ == "__main__":
    scheduler, forbidden = sys.argv[1:]
    sys.addaudithook(_refuse)
    asyncio.run(main(scheduler))
