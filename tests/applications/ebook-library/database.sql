-- A library of electronic books, in the form of Calibre's metadata.db: triggers and views call functions that only the application has. Written by hand, all books invented.
PRAGMA user_version = 26;
CREATE TABLE authors ( id   INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE, sort TEXT COLLATE NOCASE, link TEXT NOT NULL DEFAULT "", UNIQUE(name) );
CREATE TABLE books ( id      INTEGER PRIMARY KEY AUTOINCREMENT,
                             title     TEXT NOT NULL DEFAULT 'Unknown' COLLATE NOCASE,
                             sort      TEXT COLLATE NOCASE,
                             timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                             pubdate   TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                             series_index REAL NOT NULL DEFAULT 1.0,
                             author_sort TEXT COLLATE NOCASE,
                             path TEXT NOT NULL DEFAULT "",
                             flags INTEGER NOT NULL DEFAULT 1,
                             uuid TEXT,
                             has_cover BOOL DEFAULT 0,
                             last_modified TIMESTAMP NOT NULL DEFAULT "2000-01-01 00:00:00+00:00");
CREATE TABLE books_authors_link ( id INTEGER PRIMARY KEY, book INTEGER NOT NULL, author INTEGER NOT NULL, UNIQUE(book, author) );
CREATE TABLE comments ( id INTEGER PRIMARY KEY, book INTEGER NOT NULL, text TEXT NOT NULL COLLATE NOCASE, UNIQUE(book) );
CREATE TABLE data ( id     INTEGER PRIMARY KEY, book   INTEGER NOT NULL, format TEXT NOT NULL COLLATE NOCASE, uncompressed_size INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE(book, format) );
CREATE TABLE identifiers  ( id     INTEGER PRIMARY KEY, book   INTEGER NOT NULL, type   TEXT NOT NULL DEFAULT "isbn" COLLATE NOCASE, val    TEXT NOT NULL COLLATE NOCASE, UNIQUE(book, type) );
CREATE TABLE ratings ( id   INTEGER PRIMARY KEY, rating INTEGER CHECK(rating > -1 AND rating < 11), UNIQUE (rating) );
CREATE TABLE preferences(id INTEGER PRIMARY KEY, key TEXT NOT NULL, val TEXT NOT NULL, UNIQUE(key));
CREATE TABLE library_id ( id   INTEGER PRIMARY KEY, uuid TEXT NOT NULL, UNIQUE(uuid) );
CREATE TABLE conversion_options ( id INTEGER PRIMARY KEY, format TEXT NOT NULL COLLATE NOCASE, book INTEGER, data BLOB NOT NULL, UNIQUE(format,book) );
CREATE TABLE metadata_dirtied(id INTEGER PRIMARY KEY, book INTEGER NOT NULL, UNIQUE(book));
CREATE TABLE custom_column_1( id    INTEGER PRIMARY KEY AUTOINCREMENT, book  INTEGER, value BOOL NOT NULL , UNIQUE(book));
CREATE VIEW meta AS SELECT id, title, (SELECT sortconcat(bal.id, name) FROM books_authors_link AS bal JOIN authors ON(author = authors.id) WHERE book = books.id) authors, (SELECT MAX(uncompressed_size) FROM data WHERE book=books.id) size, timestamp FROM books;
CREATE VIEW tag_browser_authors AS SELECT id, name, (SELECT COUNT(id) FROM books_authors_link WHERE author=authors.id) count FROM authors;
CREATE INDEX authors_idx ON books (author_sort COLLATE NOCASE);
CREATE INDEX books_authors_link_aidx ON books_authors_link (author);
CREATE INDEX formats_idx ON data (format);
INSERT INTO authors VALUES (1, 'Erika Erfunden', 'Erfunden, Erika', ''), (2, 'Ødegård, Å.', NULL, 'https://example.org');
INSERT INTO books VALUES
  (1, 'The Invented', 'Invented, The', '2024-01-02 03:04:05.678901+00:00', '0101-01-01 00:00:00+00:00', 1.0, 'Erfunden, Erika', 'Erika Erfunden/The Invented (1)', 1, '00000000-0000-4000-8000-000000000001', 1, '2024-02-02 03:04:05+00:00'),
  (3, 'Zweites Buch', NULL, '2024-01-02 03:04:05+00:00', '2019-12-31 23:00:00+00:00', 2.5, NULL, '', 1, NULL, NULL, '2000-01-01 00:00:00+00:00');
INSERT INTO books_authors_link VALUES (1, 1, 1), (2, 3, 2), (3, 1, 2);
INSERT INTO comments VALUES (1, 1, '<p>A book that <i>nobody</i> wrote.</p>');
INSERT INTO data VALUES (1, 1, 'EPUB', 123456, 'The Invented'), (2, 1, 'PDF', 9999999999, 'The Invented');
INSERT INTO identifiers VALUES (1, 1, 'isbn', '9780000000002'), (2, 3, 'url', 'https://example.org/3');
INSERT INTO ratings VALUES (1, 8), (2, NULL), (3, NULL);
INSERT INTO preferences VALUES (1, 'bools_are_tristate', 'true'), (2, 'user_categories', '{"a": ["b", "ü"]}');
INSERT INTO library_id VALUES (1, '00000000-0000-4000-8000-00000000000f');
INSERT INTO conversion_options VALUES (1, 'PIPE', 1, x'80037d7100'), (2, 'PIPE', NULL, x'80037d7101');
INSERT INTO custom_column_1 VALUES (1, 1, 1), (2, 3, 0);
CREATE TRIGGER books_insert_trg AFTER INSERT ON books BEGIN UPDATE books SET sort=title_sort(NEW.title),uuid=uuid4() WHERE id=NEW.id; END;
CREATE TRIGGER books_update_trg AFTER UPDATE ON books BEGIN UPDATE books SET sort=title_sort(NEW.title) WHERE id=NEW.id AND OLD.title <> NEW.title; END;
CREATE TRIGGER fkc_delete_on_authors BEFORE DELETE ON authors BEGIN SELECT CASE WHEN (SELECT COUNT(id) FROM books_authors_link WHERE author=OLD.id) > 0 THEN RAISE(ABORT, 'Foreign key violation: authors is still referenced') END; END;
