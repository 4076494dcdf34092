"""A phone's chat history as it is found: UTF-16, pages of 512 bytes, the newest messages still in the write-ahead log. Run: python make.py database.db"""
import os
import shutil
import sqlite3
import sys

path = sys.argv[1]
db = sqlite3.connect(path + ".live", isolation_level=None)
db.executescript(
    """
    PRAGMA encoding = 'UTF-16le';
    PRAGMA page_size = 512;
    PRAGMA journal_mode = WAL;
    PRAGMA wal_autocheckpoint = 0;
    CREATE TABLE android_metadata (locale TEXT);
    CREATE TABLE chat (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid_row_id INTEGER UNIQUE, hidden INTEGER, subject TEXT, created_timestamp INTEGER, sort_timestamp DATETIME);
    CREATE TABLE message (_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER NOT NULL, from_me INTEGER NOT NULL, key_id TEXT NOT NULL, timestamp INTEGER, text_data TEXT, starred BOOLEAN DEFAULT 0, lookup_tables INTEGER);
    CREATE TABLE message_media (message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, file_path TEXT, file_size INTEGER, thumbnail BLOB, mime_type TEXT, latitude REAL, longitude REAL);
    CREATE TABLE props (_id INTEGER PRIMARY KEY, key TEXT UNIQUE, value TEXT);
    CREATE UNIQUE INDEX message_key_index ON message (chat_row_id, from_me, key_id, _id);
    CREATE INDEX message_type_index ON message (_id) WHERE starred = 1;
    CREATE TRIGGER message_bd_for_media BEFORE DELETE ON message BEGIN DELETE FROM message_media WHERE message_row_id = old._id; END;
    CREATE VIEW chat_view AS SELECT c._id AS _id, c.subject AS subject, count(m._id) AS messages FROM chat c LEFT JOIN message m ON m.chat_row_id = c._id GROUP BY c._id;
    """
)
db.execute("INSERT INTO android_metadata VALUES ('en_GB')")
db.executemany("INSERT INTO chat VALUES (?, ?, 0, ?, ?, ?)", [(1, 11, None, 1700000000123, 1700000900123), (2, 12, "Family 👨‍👩‍👧", 1700000001123, 1700000901123)])
for n in range(1, 41):
    db.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (n, n % 2 + 1, n % 3 == 0, f"3EB0{n:04X}", 1700000000000 + n * 1000, f"Message {n} 🎉 שלום", n == 7, None))
db.execute("INSERT INTO message_media VALUES (3, 2, 'Media/image.jpg', 123456, ?, 'image/jpeg', 52.5, -0.0)", (bytes(range(256)) * 5,))
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
for n in range(41, 51):
    db.execute("INSERT INTO message VALUES (?, 1, 0, ?, ?, ?, 0, NULL)", (n, f"3EB0{n:04X}", 1700000000000 + n * 1000, f"Only in the log: {n}"))
db.execute("UPDATE chat SET subject = 'Renamed in the log' WHERE _id = 1")
db.execute("DELETE FROM message WHERE _id = 50")
for suffix in ("", "-wal"):
    shutil.copyfile(path + ".live" + suffix, path + suffix)
db.close()
os.remove(path + ".live")
