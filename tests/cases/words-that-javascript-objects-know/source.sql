CREATE TABLE "constructor"("__proto__" TEXT COLLATE NOCASE PRIMARY KEY, "constructor" INTEGER, "toString" BOOLEAN, "hasOwnProperty" TEXT COLLATE RTRIM);
CREATE TABLE "__proto__"("valueOf" BOOLEAN, "constructor" TEXT REFERENCES "constructor");
CREATE INDEX "toString" ON "constructor"("constructor");
INSERT INTO "constructor" VALUES ('a', 1, 'constructor', 'x'), ('__proto__', 2, '__proto__', 'y');
INSERT INTO "__proto__" VALUES ('true', '__proto__');
