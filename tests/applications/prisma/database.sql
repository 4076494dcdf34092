-- A blog in the form of Prisma's migrations for SQLite: capitals, implicit many-to-many tables, DATETIME as milliseconds since 1970. Written by hand, all data invented.
CREATE TABLE "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
);
CREATE TABLE "User" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'USER',
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeen" DATETIME,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "balance" DECIMAL NOT NULL DEFAULT 0,
    "visits" BIGINT NOT NULL DEFAULT 0,
    "avatar" BLOB,
    "profile" JSONB
);
CREATE TABLE "Post" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "title" TEXT NOT NULL,
    "authorId" TEXT,
    "order" INTEGER NOT NULL DEFAULT -1,
    "score" REAL,
    CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE TABLE "Tag" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL);
CREATE TABLE "_PostToTag" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL,
    CONSTRAINT "_PostToTag_A_fkey" FOREIGN KEY ("A") REFERENCES "Post" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "_PostToTag_B_fkey" FOREIGN KEY ("B") REFERENCES "Tag" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
CREATE INDEX "Post_authorId_order_idx" ON "Post"("authorId", "order" DESC);
CREATE UNIQUE INDEX "Tag_name_key" ON "Tag"("name");
CREATE UNIQUE INDEX "_PostToTag_AB_unique" ON "_PostToTag"("A", "B");
CREATE INDEX "_PostToTag_B_index" ON "_PostToTag"("B");
INSERT INTO "_prisma_migrations" VALUES ('00000000-0000-4000-8000-0000000000aa', 'c0ffee', 1700000000100, '20240101_init', NULL, NULL, 1700000000001, 1), ('00000000-0000-4000-8000-0000000000ab', 'c0ffef', 1700000100100, '20240102_tags', NULL, NULL, 1700000100001, 1);
INSERT INTO "User" VALUES ('cjld2cjxh0000', 'a@example.org', 'ADMIN', 1700000000123, 1710000000456, 1, 10.5, 9007199254740993, x'ffd8', '{"bio":"é"}'), ('cjld2cjxh0001', 'b@example.org', 'USER', 1700000001124, NULL, 0, 1234567.25, 0, NULL, NULL), ('cjld2cjxh0002', 'c@example.org', 'USER', 1700000002125, 1710000000457, 1, 7, -1, NULL, '[]');
INSERT INTO "Post" VALUES (1, 'First', 'cjld2cjxh0000', 1, 0.5), (2, 'Second 🖋', 'cjld2cjxh0000', 2, NULL), (9, 'Orphaned', NULL, -1, 1.0);
INSERT INTO "Tag" VALUES (1, 'sql'), (2, 'SQL');
INSERT INTO "_PostToTag" VALUES (1, 1), (1, 2), (2, 1);
