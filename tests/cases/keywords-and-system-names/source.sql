CREATE TABLE "user"("select" INTEGER PRIMARY KEY, "order" TEXT, "interval" TEXT, "key" TEXT, "default" TEXT UNIQUE);
CREATE TABLE pg_class(oid INTEGER PRIMARY KEY, ctid TEXT);
CREATE TABLE "a.b/c d"("x y" INTEGER PRIMARY KEY, """q""" TEXT, "%s" TEXT, "$1" TEXT, "back\slash" TEXT);
INSERT INTO "user" VALUES (1, 'a', 'b', 'c', 'd');
INSERT INTO pg_class VALUES (7, 'x');
INSERT INTO "a.b/c d" VALUES (1, 'a', 'b', 'c', 'd');
