"""Damaged recordings, model files, recipes and tables, thousands of each: read, or refused in one line, in bounds.

python scripts/fuzz.py sounds 5000            numbers 0 to 4999, each the same in every run
python scripts/fuzz.py models 2000 --record D  the results as D/models.csv, the inputs of faults beside it; goes on
                                              where it was stopped

A case is a fault where it raises anything but an EvenvoiceError of one line, takes more than five seconds of processor
time, ends the process, or takes more than `MOST_MEMORY`. docs/faults.md has the last results.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.fuzz import KINDS, Kind  # noqa: E402  # the cases are those of the tests

SECONDS = 5.0  # of processor time
PATIENCE = 120.0  # seconds without a line: it waits for something that never comes
MOST_MEMORY = 500  # MB above what the process had before its first case
COLUMNS = ("number", "outcome", "seconds", "megabytes", "words")

Row = dict[str, str]


def judge(kind: Kind, file: Path) -> tuple[str, str]:
    """Return how a case ends, ``read``, ``refused`` or ``fault``, and what was said."""
    os.ftruncate(2, 0)
    outcome, words = _used(kind, file)
    printed = os.pread(2, 10_000, 0).decode(errors="replace")
    if "Traceback" in printed or "Error" in printed:
        return "fault", f"printed: {printed[-1500:]!r}"
    return outcome, words


def _used(kind: Kind, file: Path) -> tuple[str, str]:
    try:
        kind.use(file)
    except kind.errors as error:
        said = str(error)
        plain = "\n" not in said and len(said) <= 2000
        return ("refused" if plain else "fault"), said[:200].replace("\n", "\\n")
    except BaseException:  # noqa: BLE001  # what is looked for
        return "fault", traceback.format_exc()[-1500:].replace("\n", "\\n")
    return "read", ""


def work(kind: Kind, numbers: range, folder: Path, out: int) -> None:
    """Judge cases, and write a line after each; in a process of its own, ended where it holds too much memory."""
    aside = os.open(folder / "stderr", os.O_RDWR | os.O_CREAT | os.O_APPEND)
    os.dup2(aside, 2)  # no library may print there
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _bound_addresses()
    with os.fdopen(out, "w", buffering=1, encoding="utf-8", errors="backslashreplace") as lines:
        writer = csv.DictWriter(lines, COLUMNS)
        for number in numbers:
            file = folder / f"case{kind.suffix}"
            file.write_bytes(kind.case(number))
            started = time.process_time()
            outcome, words = judge(kind, file)
            seconds = time.process_time() - started
            more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) // 1000
            if more > MOST_MEMORY:
                outcome, words = "fault", f"{more} MB: {words}"
            elif seconds > SECONDS:
                outcome, words = "fault", f"slow: {words}"
            writer.writerow(dict(zip(COLUMNS, (number, outcome, f"{seconds:.3f}", more, words), strict=True)))
            if more > MOST_MEMORY:
                break


def _bound_addresses() -> None:
    """Have this process fail where it asks for far more memory than it may, before the machine runs out of it."""
    held = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (held + 8 * MOST_MEMORY * 10**6, hard))


def results(kind: Kind, first: int, last: int) -> Iterator[Row]:
    """Yield a row for each case; a process that hangs or dies is a fault, and another goes on behind it."""
    kind.case(0)  # sound recordings are made once, for all processes: a serial number in them is random
    while first < last:
        with tempfile.TemporaryDirectory(prefix="evenvoice-fuzz-") as folder:
            reading, writing = os.pipe()
            child = os.fork()
            if not child:
                os.close(reading)
                code = 1
                try:
                    work(kind, range(first, last), Path(folder), writing)
                    code = 0
                except BaseException:  # noqa: BLE001  # a fault of this script, or of the cases
                    traceback.print_exc()
                finally:
                    os._exit(code)
            os.close(writing)
            with os.fdopen(reading, encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(_watched(lines, child), COLUMNS):
                    first = int(row["number"]) + 1
                    yield row
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if first < last and status:
            yield dict(zip(COLUMNS, (str(first), "fault", "", "", f"the process ended with {status}"), strict=True))
            first += 1


def _watched(lines: Iterator[str], child: int) -> Iterator[str]:
    """Pass lines on; kill a child that takes twice the time that a case may take, or waits for ever, without a line."""
    import threading

    seen, done = [_processor_time(child), time.monotonic()], threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            if _processor_time(child) - seen[0] > 2 * SECONDS or time.monotonic() - seen[1] > PATIENCE:
                os.kill(child, 9)
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        for line in lines:
            seen[:] = [_processor_time(child), time.monotonic()]
            yield line
    finally:
        done.set()
        watcher.join()


def _processor_time(child: int) -> float:
    """Seconds of processor time that a process has taken; none where it has ended."""
    try:
        fields = Path(f"/proc/{child}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def recorded(kind: Kind, count: int, record: Path | None, say: Callable[[str], object]) -> list[Row]:
    """Return the rows of all cases, made now or before, keeping each as it comes."""
    if record is None:
        return list(results(kind, 0, count))
    record.mkdir(parents=True, exist_ok=True)
    path = record / f"{kind.name}.csv"
    rows: list[Row] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))[:count]
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if not rows:
            writer.writeheader()
        for row in results(kind, len(rows), count):
            writer.writerow(row)
            file.flush()
            rows.append(row)
            if row["outcome"] == "fault":
                number = int(row["number"])
                (record / f"{kind.name}-{number}{kind.suffix}").write_bytes(kind.case(number))
                say(f"{kind.name} {number}: {row['words'][-300:]}")
    return rows


def main() -> int:
    """Run what was asked for; 1 where a case is a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("count", type=int)
    parser.add_argument("--record", type=Path, help="folder for the results")
    asked = parser.parse_args()
    rows = recorded(KINDS[asked.kind], asked.count, asked.record, print)
    counted = Counter(row["outcome"] for row in rows)
    slowest = max((float(row["seconds"] or 0) for row in rows), default=0.0)
    memory = max((int(row["megabytes"] or 0) for row in rows), default=0)
    print(
        f"{asked.kind}: {len(rows)} cases, {counted['read']} read, {counted['refused']} refused, "
        f"{counted['fault']} faults; the slowest {slowest:.1f} s, at most {memory} MB more"
    )
    return 1 if counted["fault"] else 0


if __name__ == "__main__":
    sys.exit(main())
