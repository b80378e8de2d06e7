-- Takes, as take.json says. `stamp` tells whether the file changed since it was read.
CREATE TABLE takes (
    folder  TEXT PRIMARY KEY,
    id      TEXT NOT NULL,
    shot    TEXT NOT NULL,
    created TEXT NOT NULL,
    rating  TEXT NOT NULL,
    stamp   TEXT NOT NULL,
    document TEXT NOT NULL
) STRICT;
CREATE INDEX takes_by_shot ON takes (shot, created, id);
CREATE INDEX takes_by_id ON takes (id);
