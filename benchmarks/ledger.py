"""The ledger as it grows: an act, a proof, a checkpoint and the proof between two checkpoints at a million entries.

`python benchmarks/ledger.py [ENTRIES...]` fills a ledger in a database of its own (SQLite) and prints the median and the largest of
twenty of each in milliseconds. Leaves are random; what is kept of them is what `append` would have kept.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SIZES = [int(word) for word in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
NOW = datetime(2026, 3, 12, tzinfo=UTC)
TIMES, BATCH = 20, 20_000


def fill(size: int) -> None:
    """A ledger of random leaves."""
    from zhengheng.ledger.tree import grown
    from zhengheng.web.ledger.models import Head, LedgerEntry, Node

    chance, edge = random.Random(1), []
    about = {"act": "x", "subject": "y", "actor": "z", "at": NOW.isoformat(), "digest": "0" * 64}
    for first in range(0, size, BATCH):
        rows, nodes = [], []
        for number in range(first, min(first + BATCH, size)):
            leaf = chance.randbytes(32)
            rows.append(LedgerEntry(sequence=number, content="{}", salt=b"", leaf=leaf, **about))
            edge, completed = grown(edge, number, leaf)
            nodes += [
                Node(level=n, index=number >> n, hash=held) for n, held in enumerate(completed, 1)
            ]
        LedgerEntry.objects.bulk_create(rows)
        Node.objects.bulk_create(nodes)
    Head.objects.update_or_create(id=1, defaults={"size": size, "edge": b"".join(edge)})


def timed(do: Callable[[], Any]) -> tuple[float, float]:
    """Median and largest of some calls, in milliseconds."""
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        do()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken), max(taken)


def measured(home: Path) -> Iterator[tuple[str, tuple[float, float]]]:
    """What is asked of a ledger, each with its times."""
    from django.db import transaction

    from zhengheng.web.ledger import selectors, services

    def act() -> None:
        with transaction.atomic():
            services.append(act="x", subject="y", actor="z", at=NOW)

    chance, size = random.Random(2), selectors.size()
    yield "act", timed(act)
    yield "proof", timed(lambda: selectors.proof_of(chance.randrange(size)))
    yield "checkpoint", timed(lambda: services.sign_checkpoint(home=home, actor="z", now=NOW))
    yield "consistency", timed(lambda: selectors.consistency(chance.randrange(1, size), size))


def main() -> None:
    print(f"{'entries':>10}  " + "  ".join(f"{name:>18}" for name in ("act", "proof", "checkpoint", "consistency")))  # fmt: skip
    print(f"{'':>10}  " + "  ".join(f"{'median':>8}{'largest':>10}" for _ in range(4)))
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            pid = os.fork()
            if not pid:
                os.environ |= {"ZHENGHENG_HOME": folder, "DJANGO_SETTINGS_MODULE": "zhengheng.web.config.settings"}  # fmt: skip
                import django
                from django.core.management import call_command

                django.setup()
                call_command("migrate", verbosity=0)
                fill(size)
                line = "  ".join(f"{middle:8.2f}{worst:10.2f}" for _, (middle, worst) in measured(Path(folder)))  # fmt: skip
                print(f"{size:10,}  {line}", flush=True)
                os._exit(0)
            os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
