-- Version 1. Times are seconds since 1970, hashes SHA-256, lists JSON.

-- The queue: a document, its pair and settings, and what became of it.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    input TEXT NOT NULL,
    -- Of the source as it was last read.
    input_hash BLOB,
    source_language TEXT NOT NULL,
    target_language TEXT NOT NULL,
    options TEXT NOT NULL,
    -- Where the reader wants the translation; NULL = beside the source.
    target TEXT,
    -- Where it was written, or is about to be; with its hash, and that of what it replaces there.
    output TEXT,
    output_hash BLOB,
    replaced_hash BLOB,
    state TEXT NOT NULL,
    problem TEXT,
    total INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    to_review INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL
) STRICT;

-- Finished translations. The key says everything that decides a translation, so a changed setting finds nothing.
CREATE TABLE segments (
    key BLOB PRIMARY KEY,
    target TEXT NOT NULL,
    status TEXT NOT NULL,
    reasons TEXT NOT NULL,
    score REAL NOT NULL,
    tokens INTEGER NOT NULL,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a translated document consists of, for review.
CREATE TABLE lines (
    job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    block INTEGER NOT NULL,
    source TEXT NOT NULL,
    separator TEXT NOT NULL,
    target TEXT NOT NULL,
    status TEXT NOT NULL,
    reasons TEXT NOT NULL,
    spans TEXT NOT NULL,
    PRIMARY KEY (job, position)
) STRICT, WITHOUT ROWID;

-- The translation memory.
CREATE TABLE memory (
    source_language TEXT NOT NULL,
    target_language TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    origin TEXT NOT NULL,
    characters INTEGER NOT NULL,
    uses INTEGER NOT NULL DEFAULT 0,
    used INTEGER NOT NULL,
    PRIMARY KEY (source_language, target_language, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_by_length ON memory (source_language, target_language, characters);

-- The glossary.
CREATE TABLE terms (
    source_language TEXT NOT NULL,
    target_language TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (source_language, target_language, source)
) STRICT, WITHOUT ROWID;
