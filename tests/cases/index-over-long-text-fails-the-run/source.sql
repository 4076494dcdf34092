CREATE TABLE places(id INTEGER PRIMARY KEY, url TEXT, title TEXT);
INSERT INTO places(url, title) SELECT hex(randomblob(4500)), 'long';
INSERT INTO places(url, title) VALUES ('https://example.org', 'short');
CREATE INDEX places_url ON places(url);
CREATE INDEX places_title ON places(title);
