CREATE TABLE "order"(id INTEGER PRIMARY KEY, "references" TEXT UNIQUE);
CREATE TABLE "check"("foreign" TEXT REFERENCES "order"("references"), "primary" INTEGER REFERENCES "order");
INSERT INTO "order" VALUES (1, 'r'); INSERT INTO "check" VALUES ('r', 1);
