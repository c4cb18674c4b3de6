-- Version 3: what the document could not take over of a segment when it was written, beside what was known before.
ALTER TABLE lines ADD COLUMN found TEXT NOT NULL DEFAULT '[]';
