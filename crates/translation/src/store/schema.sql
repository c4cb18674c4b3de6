-- Times are seconds since 1970, hashes SHA-256, lists and structures JSON.

-- The queue: documents, their languages and settings, and the state of their translation.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    input TEXT NOT NULL,
    -- Of the source file as it was last read.
    input_hash BLOB,
    source_language TEXT NOT NULL,
    target_language TEXT NOT NULL,
    options TEXT NOT NULL,
    -- The terms of its own glossary file.
    glossary BLOB REFERENCES glossaries (hash),
    -- The output path that the user chose, and whether it is a folder; NULL = beside the source.
    target TEXT,
    target_is_folder INTEGER NOT NULL DEFAULT 0,
    -- The path of the written or planned output, its hash, and the hash of the file that it replaces.
    output TEXT,
    output_hash BLOB,
    replaced_hash BLOB,
    state TEXT NOT NULL,
    problem TEXT,
    -- Segments.
    total INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    to_review INTEGER NOT NULL DEFAULT 0,
    poor INTEGER NOT NULL DEFAULT 0,
    -- How many glossary terms the translation uses ("met") and does not use ("missed").
    terms TEXT NOT NULL DEFAULT '{}',
    -- The repeated terms whose translation it keeps the same; NULL until they are found.
    document_terms TEXT,
    -- 1 if built-in models translate it, which only demonstrate.
    demonstration INTEGER NOT NULL DEFAULT 0,
    -- How many places of each kind are left on purpose.
    left_alone TEXT NOT NULL DEFAULT '{}',
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL
) STRICT;

-- Finished sentences. The key hashes everything that determines a translation, so a changed setting finds nothing.
CREATE TABLE sentence_cache (
    key BLOB PRIMARY KEY,
    target TEXT NOT NULL,
    status TEXT NOT NULL,
    reasons TEXT NOT NULL,
    score REAL NOT NULL,
    tokens INTEGER NOT NULL,
    created INTEGER NOT NULL,
    -- Word alignment, as [source start, source end, target start, target end].
    links TEXT NOT NULL,
    -- What its quality is estimated from, so that a new calibration grades it too.
    evidence TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The documents that have a finished sentence; it is deleted with the last of them.
CREATE TABLE sentence_uses (
    key BLOB NOT NULL REFERENCES sentence_cache (key) ON DELETE CASCADE,
    job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    PRIMARY KEY (key, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX sentence_uses_by_job ON sentence_uses (job);

-- Terms of glossary files, each list once, by its hash; deleted with the last document that has it.
CREATE TABLE glossaries (
    hash BLOB PRIMARY KEY,
    terms TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The segments of translated documents, for review.
CREATE TABLE segments (
    job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    block INTEGER NOT NULL,
    source TEXT NOT NULL,
    separator TEXT NOT NULL,
    target TEXT NOT NULL,
    status TEXT NOT NULL,
    reasons TEXT NOT NULL,
    spans TEXT NOT NULL,
    links TEXT NOT NULL,
    -- Reasons found when the document was last written.
    found TEXT NOT NULL,
    -- The glossary terms of the source, those that the translation uses ("met") and does not use ("missed").
    terms TEXT NOT NULL,
    -- The estimated quality; null for what the models did not translate.
    quality TEXT NOT NULL,
    -- Where its markup is in the translation, and where a person has put it.
    placed TEXT NOT NULL,
    chosen TEXT NOT NULL,
    PRIMARY KEY (job, position)
) STRICT, WITHOUT ROWID;

-- The translation memory.
CREATE TABLE memory (
    source_language TEXT NOT NULL,
    target_language TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    origin TEXT NOT NULL,
    -- Length of the source.
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

-- Typed texts with their translations.
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_language TEXT NOT NULL,
    target_language TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    translated INTEGER NOT NULL
) STRICT;
