-- Version 2: which words of a translation came from which, as [source start, source end, target start, target end].
ALTER TABLE segments ADD COLUMN links TEXT NOT NULL DEFAULT '[]';
ALTER TABLE lines ADD COLUMN links TEXT NOT NULL DEFAULT '[]';
