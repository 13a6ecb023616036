"""The least an import could be: `executemany` of rows that are parsed, sealed and indexed.

`python -m benchmarks.raw_insert SOURCE DATABASE` reads the finished rows of SOURCE, makes the
same table with the same indexes and settings in DATABASE, and prints what inserting took.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

TABLE = "registry_invoice"


def inserted(source: Path, target: Path, rows_each: int) -> dict[str, float]:
    """Rows, seconds on the wall and of CPU; `rows_each` to a transaction."""
    rows, schema = _finished(source)
    marks = ", ".join("?" * len(rows[0]))
    statement = f"INSERT INTO {TABLE} VALUES ({marks})"  # noqa: S608 - our own table
    with closing(sqlite3.connect(target, isolation_level=None)) as database:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "journal_size_limit=67108864"):
            database.execute(f"PRAGMA {pragma}")
        for each in schema:
            database.execute(each)
        wall, cpu = time.perf_counter(), time.process_time()
        for start in range(0, len(rows), rows_each):
            database.execute("BEGIN IMMEDIATE")
            database.executemany(statement, rows[start : start + rows_each])
            database.execute("COMMIT")
        took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    return {"rows": len(rows), **took}


def _finished(source: Path) -> tuple[list[tuple[object, ...]], list[str]]:
    with closing(sqlite3.connect(source)) as database:
        # In the order they were inserted: their keys are as scattered as they were then.
        rows = database.execute(f"SELECT * FROM {TABLE} ORDER BY rowid").fetchall()  # noqa: S608
        told = database.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL"
            " ORDER BY type = 'index'",
            (TABLE,),
        ).fetchall()
    return rows, [sql for (sql,) in told]


if __name__ == "__main__":
    source, target, rows_each = sys.argv[1:]
    print(json.dumps(inserted(Path(source), Path(target), int(rows_each))))
