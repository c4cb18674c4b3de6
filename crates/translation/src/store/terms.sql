-- Version 4: the terms of the glossary that stand in a segment, and how many stand in a document, each as JSON with those
-- that the translation has ("met") and those that it lacks ("missed").
ALTER TABLE lines ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';
ALTER TABLE jobs ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';
