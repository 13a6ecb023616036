-- A check by the data on this machine waits for the server's full one.
CREATE TABLE checks_next (
    seq INTEGER PRIMARY KEY,
    op_id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL UNIQUE,
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    verdict TEXT NOT NULL,
    state TEXT,
    delivery TEXT NOT NULL CHECK (delivery IN ('answered', 'kept', 'provisional', 'refused')),
    completed_at TEXT,
    identity BLOB NOT NULL,
    nth INTEGER NOT NULL CHECK (nth > 0),
    payload BLOB NOT NULL
) STRICT;

INSERT INTO checks_next
    SELECT seq, op_id, record, day, at, verdict, state, delivery, completed_at, identity, nth, payload
    FROM checks;
DROP TABLE checks;
ALTER TABLE checks_next RENAME TO checks;

CREATE INDEX checks_kept ON checks (seq) WHERE delivery IN ('kept', 'provisional');
CREATE INDEX checks_of_day ON checks (day, identity);

-- The journals of this machine: one, and a new one after each new enrolment. `base`: entries up
-- to it were let go after their time. `mark`: how far the server has said it is.
CREATE TABLE journals (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    base_seq INTEGER NOT NULL,
    base_hash BLOB NOT NULL,
    mark_seq INTEGER NOT NULL CHECK (mark_seq >= base_seq)
) STRICT;

-- What this kiosk did, in order, each entry bound by `hash` to all before it; what it waits to
-- tell the server, and the server's word on each. `sealed` (salt and content) is gone once
-- somebody was erased.
CREATE TABLE journal_entries (
    journal INTEGER NOT NULL REFERENCES journals,
    seq INTEGER NOT NULL CHECK (seq > 0),
    op_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    header BLOB NOT NULL,
    content BLOB NOT NULL,
    hash BLOB NOT NULL,
    sealed BLOB,
    sent_at TEXT,
    outcome TEXT CHECK (outcome IN ('applied', 'refused')),
    reason TEXT,
    judged_at TEXT,
    PRIMARY KEY (journal, seq),
    UNIQUE (op_id, journal)
) STRICT;

-- Time that never runs backwards, and what the server's clock said at a moment of one boot.
CREATE TABLE journal_clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    hlc INTEGER NOT NULL,
    latest_ms INTEGER NOT NULL,
    boot_id BLOB,
    mono_ms INTEGER,
    server_ms INTEGER
) STRICT;

-- Who this kiosk is to its server, and an enrolment that may have to be asked again; both sealed.
CREATE TABLE identity (
    role TEXT PRIMARY KEY CHECK (role IN ('enrolled', 'asking')),
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What the server keeps us told: the present, and a whole new one while it is being fetched.
CREATE TABLE replica (
    topic TEXT NOT NULL,
    key TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (topic, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE replica_next (
    topic TEXT NOT NULL,
    key TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (topic, key)
) STRICT, WITHOUT ROWID;

-- `cursor`: what `replica` holds, '' for nothing yet. `next_cursor`: what `replica_next` holds,
-- NULL while no snapshot is being fetched. `parked`: why the outbox waits for a person.
-- `past_until`: checks up to this one are of before there was a journal, and get their entries.
CREATE TABLE sync_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    cursor TEXT NOT NULL DEFAULT '',
    next_cursor TEXT,
    contact_at TEXT,
    parked TEXT,
    parked_at TEXT,
    past_until INTEGER NOT NULL
) STRICT;

INSERT INTO sync_state (id, past_until) SELECT 1, COALESCE(MAX(seq), 0) FROM checks;
