-- What lists show of a take's other files (recipe, measures), which never change once the take is there.
-- The rows are made again from the files, which are the truth.
DROP TABLE takes;
CREATE TABLE takes (
    folder  TEXT PRIMARY KEY,
    id      TEXT NOT NULL,
    shot    TEXT NOT NULL,
    created TEXT NOT NULL,
    rating  TEXT NOT NULL,
    stamp   TEXT NOT NULL,
    document TEXT NOT NULL,
    facts   TEXT NOT NULL
) STRICT;
CREATE INDEX takes_by_shot ON takes (shot, created, id);
CREATE INDEX takes_by_id ON takes (id);
