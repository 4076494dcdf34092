CREATE TABLE "long_long_long_long_long_long_long_long_long_long_long_long_long_long_a"(id INTEGER PRIMARY KEY, "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc1" TEXT, "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc2" TEXT);
CREATE TABLE "long_long_long_long_long_long_long_long_long_long_long_long_long_long_b"(id INTEGER PRIMARY KEY);
INSERT INTO "long_long_long_long_long_long_long_long_long_long_long_long_long_long_a" VALUES (1, 'x', 'y');
