PRAGMA encoding = 'UTF-16le';
CREATE TABLE "tä"(id INTEGER PRIMARY KEY, "😀" TEXT);
INSERT INTO "tä" VALUES (1, 'ü☃😀'), (2, ''), (3, CAST(x'00d8' AS TEXT));
