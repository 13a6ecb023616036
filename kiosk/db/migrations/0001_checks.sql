-- One row a check, in the order in which they were committed: `seq` has no gaps.
-- In the clear is only what queries need; who and what stands sealed in `payload`.
CREATE TABLE checks (
    seq INTEGER PRIMARY KEY,
    op_id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL UNIQUE,
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    verdict TEXT NOT NULL,
    state TEXT,
    delivery TEXT NOT NULL CHECK (delivery IN ('answered', 'kept', 'refused')),
    completed_at TEXT,
    identity BLOB NOT NULL,
    nth INTEGER NOT NULL CHECK (nth > 0),
    payload BLOB NOT NULL
) STRICT;

CREATE INDEX checks_kept ON checks (seq) WHERE delivery = 'kept';
CREATE INDEX checks_of_day ON checks (day, identity);

-- The last record number of each business day.
CREATE TABLE record_counters (
    prefix TEXT NOT NULL,
    day TEXT NOT NULL,
    last INTEGER NOT NULL CHECK (last > 0),
    PRIMARY KEY (prefix, day)
) STRICT, WITHOUT ROWID;

-- What was asked of the printer. The slip of a check carries its record number as its id.
CREATE TABLE slips (
    position INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL UNIQUE,
    copy_of TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX slips_open ON slips (position) WHERE state IN ('queued', 'sending');
