CREATE TABLE plants(id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO plants VALUES (1, 'fern');
CREATE VIRTUAL TABLE plants_fts USING fts5(name, content=plants);
CREATE TABLE counts(name TEXT PRIMARY KEY, count INTEGER DEFAULT 0);
CREATE TRIGGER counting AFTER INSERT ON plants_fts_docsize BEGIN INSERT OR REPLACE INTO counts VALUES ('plants_fts_docsize', 1); END;
