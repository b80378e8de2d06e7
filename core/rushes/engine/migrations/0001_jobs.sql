-- The index holds what lists are sorted and filtered by; everything else is in the job's folder.
CREATE TABLE jobs (
    id       TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,
    state    TEXT NOT NULL,
    priority INTEGER NOT NULL,
    created  REAL NOT NULL,
    ended    REAL
);
CREATE INDEX jobs_by_age ON jobs (created DESC);
CREATE INDEX jobs_by_state ON jobs (state, created DESC);
