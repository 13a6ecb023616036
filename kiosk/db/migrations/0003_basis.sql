-- What an answer rests on: the number of a record alone shows it, so it stands in the clear.
-- `outdated`: it rests on a pack whose time was over when it answered.
ALTER TABLE checks ADD COLUMN source TEXT;
ALTER TABLE checks ADD COLUMN as_of TEXT;
ALTER TABLE checks ADD COLUMN outdated INTEGER NOT NULL DEFAULT 0 CHECK (outdated IN (0, 1));

-- Before this, what the server had answered rested on its registry, then.
UPDATE checks SET source = 'registry', as_of = COALESCE(completed_at, at)
    WHERE delivery = 'answered' AND verdict IN ('match', 'mismatch', 'not_found');
