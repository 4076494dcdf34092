-- A browser's history and bookmarks, in the form of Firefox's places.sqlite: written by hand, all addresses invented.
PRAGMA page_size = 32768;
PRAGMA user_version = 77;
CREATE TABLE moz_origins ( id INTEGER PRIMARY KEY, prefix TEXT NOT NULL, host TEXT NOT NULL, frecency INTEGER NOT NULL, recalc_frecency INTEGER NOT NULL DEFAULT 0, alt_frecency INTEGER, recalc_alt_frecency INTEGER NOT NULL DEFAULT 0, UNIQUE (prefix, host) );
CREATE TABLE moz_places (   id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, rev_host LONGVARCHAR, visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0 NOT NULL, typed INTEGER DEFAULT 0 NOT NULL, frecency INTEGER DEFAULT -1 NOT NULL, last_visit_date INTEGER , guid TEXT, foreign_count INTEGER DEFAULT 0 NOT NULL, url_hash INTEGER DEFAULT 0 NOT NULL , description TEXT, preview_image_url TEXT, site_name TEXT, origin_id INTEGER REFERENCES moz_origins(id), recalc_frecency INTEGER NOT NULL DEFAULT 0);
CREATE TABLE moz_historyvisits (  id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date INTEGER, visit_type INTEGER, session INTEGER, source INTEGER DEFAULT 0 NOT NULL, triggeringPlaceId INTEGER);
CREATE TABLE moz_inputhistory (  place_id INTEGER NOT NULL, input LONGVARCHAR NOT NULL, use_count INTEGER, PRIMARY KEY (place_id, input));
CREATE TABLE moz_bookmarks (  id INTEGER PRIMARY KEY, type INTEGER, fk INTEGER DEFAULT NULL, parent INTEGER, position INTEGER, title LONGVARCHAR, keyword_id INTEGER, folder_type TEXT, dateAdded INTEGER, lastModified INTEGER, guid TEXT, syncStatus INTEGER NOT NULL DEFAULT 0, syncChangeCounter INTEGER NOT NULL DEFAULT 1);
CREATE TABLE moz_keywords (  id INTEGER PRIMARY KEY AUTOINCREMENT, keyword TEXT UNIQUE, place_id INTEGER, post_data TEXT);
CREATE TABLE moz_annos (  id INTEGER PRIMARY KEY, place_id INTEGER NOT NULL, anno_attribute_id INTEGER, content LONGVARCHAR, flags INTEGER DEFAULT 0, expiration INTEGER DEFAULT 0, type INTEGER DEFAULT 0, dateAdded INTEGER DEFAULT 0, lastModified INTEGER DEFAULT 0);
CREATE TABLE moz_meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID ;
CREATE TABLE moz_places_metadata (id INTEGER PRIMARY KEY, place_id INTEGER NOT NULL, referrer_place_id INTEGER, created_at INTEGER NOT NULL DEFAULT 0, updated_at INTEGER NOT NULL DEFAULT 0, total_view_time INTEGER NOT NULL DEFAULT 0, FOREIGN KEY (place_id) REFERENCES moz_places(id) ON DELETE CASCADE, FOREIGN KEY (referrer_place_id) REFERENCES moz_places(id) ON DELETE CASCADE, CHECK(place_id != referrer_place_id) );
CREATE UNIQUE INDEX moz_bookmarks_guid_uniqueindex ON moz_bookmarks (guid);
CREATE INDEX moz_places_url_hashindex ON moz_places (url_hash);
CREATE INDEX moz_places_hostindex ON moz_places (rev_host);
CREATE UNIQUE INDEX moz_places_guid_uniqueindex ON moz_places (guid);
CREATE INDEX moz_historyvisits_placedateindex ON moz_historyvisits (place_id, visit_date);
CREATE UNIQUE INDEX moz_places_metadata_placecreated_uniqueindex ON moz_places_metadata (place_id, created_at);
INSERT INTO moz_origins VALUES (1, 'https://', 'example.org', 2000, 0, NULL, 0), (2, 'http://', 'xn--bcher-kva.example', 100, 0, 5, 1), (3, 'place:', '', -1, 0, NULL, 0);
INSERT INTO moz_places VALUES
  (1, 'https://example.org/', 'An example — Beispiel', 'gro.elpmaxe.', 12, 0, 1, 2000, 1700000000123456, 'aaaaaaaaaaaa', 1, 47356508745713, NULL, NULL, NULL, 1, 0),
  (2, 'https://example.org/search?q=%E2%98%83&x=1', '☃', 'gro.elpmaxe.', 1, 0, 0, 25, 1700000100000000, 'bbbbbbbbbbbb', 0, 47359719085711, 'A snowman', NULL, 'Example', 1, 0),
  (3, 'http://xn--bcher-kva.example/' || replace(hex(zeroblob(1500)), '0', 'z'), NULL, 'elpmaxe.avk-rehcb--nx.', 3, 1, 0, 100, NULL, 'cccccccccccc', 0, 125509009573120, NULL, NULL, NULL, 2, 1),
  (4, 'place:sort=8', NULL, NULL, 0, 0, 0, -1, NULL, 'dddddddddddd', 2, -5, NULL, NULL, NULL, NULL, 0);
INSERT INTO moz_historyvisits VALUES (1, 0, 1, 1700000000123456, 1, 0, 0, NULL), (2, 1, 2, 1700000100000000, 2, 0, 0, NULL), (3, 99, 77, 1600000000000000, 1, 0, 0, NULL);
INSERT INTO moz_inputhistory VALUES (1, 'exa', 4.0), (1, 'EXA', 0.975);
INSERT INTO moz_bookmarks VALUES (1, 2, NULL, 0, 0, '', NULL, NULL, 1690000000000000, 1700000000000000, 'root________', 1, 1), (2, 2, NULL, 1, 0, 'menu', NULL, NULL, 1690000000000000, 1690000000000000, 'menu________', 1, 3), (3, 1, 1, 2, 0, 'Example "quoted"', NULL, NULL, 1690000000000001, 1690000000000001, 'eeeeeeeeeeee', 1, 1);
INSERT INTO moz_keywords(keyword, place_id, post_data) VALUES ('ex', 1, NULL);
DELETE FROM moz_keywords;
INSERT INTO moz_annos VALUES (1, 1, 1, x'89504e47', 0, 4, 3, 1690000000000000, 0), (2, 2, 1, 'UTF-8', 0, 4, 3, 1690000000000000, 0);
INSERT INTO moz_meta VALUES ('origin_frecency_count', 2), ('origin_frecency_sum', 2100.5), ('sync/bookmarks/syncId', 'zzzzzzzzzzzz'), ('blob', x'00');
INSERT INTO moz_places_metadata VALUES (1, 1, NULL, 1700000000123, 1700000005123, 5000), (2, 2, 1, 1700000100123, 1700000105123, 0);
