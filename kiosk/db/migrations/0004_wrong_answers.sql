-- How many wrong answers there were in the last minute is asked before each answer from packs.
CREATE INDEX checks_wrong ON checks (seq) WHERE verdict IN ('mismatch', 'not_found');
