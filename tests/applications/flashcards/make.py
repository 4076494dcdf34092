"""A collection of flashcards in the form of Anki's: a collation that only the application has, in keys, indexes and a table without rowid. Run: python make.py database.db"""
import sqlite3
import sys

db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.create_collation("unicase", lambda a, b: (a.casefold() > b.casefold()) - (a.casefold() < b.casefold()))
db.executescript(
    """
    PRAGMA page_size = 1024;
    CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, mod integer NOT NULL, scm integer NOT NULL, ver integer NOT NULL, dty integer NOT NULL, usn integer NOT NULL, ls integer NOT NULL, conf text NOT NULL, models text NOT NULL, decks text NOT NULL, dconf text NOT NULL, tags text NOT NULL);
    CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL, usn integer NOT NULL, tags text NOT NULL, flds text NOT NULL, sfld integer NOT NULL, csum integer NOT NULL, flags integer NOT NULL, data text NOT NULL);
    CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL, mod integer NOT NULL, usn integer NOT NULL, type integer NOT NULL, queue integer NOT NULL, due integer NOT NULL, ivl integer NOT NULL, factor integer NOT NULL, data text NOT NULL);
    CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL, ease integer NOT NULL, ivl integer NOT NULL, time integer NOT NULL);
    CREATE TABLE deck_config (id integer PRIMARY KEY NOT NULL, name text NOT NULL COLLATE unicase, mtime_secs integer NOT NULL, usn integer NOT NULL, config blob NOT NULL);
    CREATE TABLE config (KEY text NOT NULL PRIMARY KEY, usn integer NOT NULL, mtime_secs integer NOT NULL, val blob NOT NULL) without rowid;
    CREATE TABLE fields (ntid integer NOT NULL, ord integer NOT NULL, name text NOT NULL COLLATE unicase, config blob NOT NULL, PRIMARY KEY (ntid, ord)) without rowid;
    CREATE TABLE notetypes (id integer NOT NULL PRIMARY KEY, name text NOT NULL COLLATE unicase, mtime_secs integer NOT NULL, usn integer NOT NULL, config blob NOT NULL);
    CREATE TABLE decks (id integer PRIMARY KEY NOT NULL, name text NOT NULL COLLATE unicase, mtime_secs integer NOT NULL, usn integer NOT NULL, common blob NOT NULL, kind blob NOT NULL);
    CREATE TABLE tags (tag text NOT NULL PRIMARY KEY COLLATE unicase, usn integer NOT NULL, collapsed boolean NOT NULL, config blob NULL) without rowid;
    CREATE TABLE graves (oid integer NOT NULL, type integer NOT NULL, usn integer NOT NULL, PRIMARY KEY (oid, type)) WITHOUT ROWID;
    CREATE INDEX ix_notes_usn ON notes (usn);
    CREATE INDEX ix_cards_sched ON cards (did, queue, due);
    CREATE UNIQUE INDEX idx_fields_name_ntid ON fields (name, ntid);
    CREATE UNIQUE INDEX idx_notetypes_name ON notetypes (name);
    CREATE UNIQUE INDEX idx_decks_name ON decks (name);
    CREATE INDEX idx_cards_odue ON cards (did) WHERE queue != 0;
    """
)
db.execute("INSERT INTO col VALUES (1, 1700000000, 1700000000123, 1700000000456, 18, 0, 0, 0, '{}', '', '', '', '')")
for n in range(1, 31):
    note = 1700000000000 + n
    # The sort field has integer affinity: a text that is a number becomes one.
    front = f"{n}" if n % 3 == 0 else f"Wort {n} ß"
    db.execute("INSERT INTO notes VALUES (?, ?, 1, 1700000000, -1, ' a b ', ?, ?, ?, 0, '')", (note, f"g{n:~>4}", f"{front}\x1fmeaning <b>{n}</b>", front, 4000000000 + n))
    db.execute("INSERT INTO cards VALUES (?, ?, 1, 0, 1700000000, -1, 2, ?, ?, 10, 2500, '{\"s\":1.5}')", (note + 1000, note, n % 3 - 1, n))
    db.execute("INSERT INTO revlog VALUES (?, ?, -1, 3, -600, 4321)", (note + 2000, note + 1000))
db.execute("INSERT INTO deck_config VALUES (1, 'Default', 0, 0, ?)", (b"\x0a\x00\xff",))
db.execute("INSERT INTO config VALUES ('schedVer', 0, 1700000000, ?)", (b"2",))
db.executemany("INSERT INTO fields VALUES (1, ?, ?, ?)", [(0, "Front", b"\x01"), (1, "back", b"\x02")])
db.execute("INSERT INTO notetypes VALUES (1, 'Basic', 0, 0, ?)", (b"\x00",))
db.executemany("INSERT INTO decks VALUES (?, ?, 0, 0, ?, ?)", [(1, "Default", b"", b"\x0a"), (1700000000001, "German\x1fVerben ÄÖÜ", b"\x18\x01", b"")])
db.executemany("INSERT INTO tags VALUES (?, 0, ?, NULL)", [("Ärger", 0), ("b", 1)])
db.execute("INSERT INTO graves VALUES (1, 2, 3)")
db.execute("ANALYZE")
db.close()
