PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "places" (
   "code" TEXT PRIMARY KEY,
   "title" TEXT
) STRICT;
INSERT INTO places VALUES('a/b','Bog');
INSERT INTO places VALUES('ü','Übermoor');
CREATE TABLE IF NOT EXISTS "found" (
   "plant" INTEGER REFERENCES "plants"("id"),
   "place" TEXT REFERENCES "places"("code"),
   "count" INTEGER,
   PRIMARY KEY ("plant", "place")
);
INSERT INTO found VALUES(1,'a/b',1);
INSERT INTO found VALUES(2,'a/b',4);
INSERT INTO found VALUES(3,'a/b',9);
INSERT INTO found VALUES(4,'a/b',16);
INSERT INTO found VALUES(5,'a/b',25);
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','plants_fts','plants_fts',0,'CREATE VIRTUAL TABLE "plants_fts" USING FTS5 (
    "name", "latin",
    tokenize=''porter'',
    content="plants"
)');
CREATE TABLE IF NOT EXISTS 'plants_fts_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO plants_fts_data VALUES(1,X'15293c');
INSERT INTO plants_fts_data VALUES(10,X'000000000101010001010101');
INSERT INTO plants_fts_data VALUES(137438953473,X'000001d20230310108030101030201300a08030101030201310b08030101030201320c08030101030201330d08030101030201340e08030101030201350f080301010302013610080301010302013711080301010302013812080301010302013913080301010301013202080301010302013014080301010301013303080301010301013404080301010301013505080301010301013606080301010301013707080301010301013808080301010301013909080301010301016c010601010401060101040106010104010601010401060101040106010104010601010401060101040106010104010601010401060101040106010104010601010401060101040106010104010601010401060101040106010104010601010401060101040204617465721502020105706c616e7401020201020201020201020201020201020201020201020201020201020201020201020201020201020201020201020201020201020201020201020206016101060101020106010102010601010201060101020106010102010601010201060101020106010102010601010201060101020106010102010601010201060101020106010102010601010201060101020106010102010601010201060101020106010102040909090909090909090909090909090909090909670943');
CREATE TABLE IF NOT EXISTS 'plants_fts_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO plants_fts_idx VALUES(1,X'',2);
CREATE TABLE IF NOT EXISTS 'plants_fts_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
INSERT INTO plants_fts_docsize VALUES(1,X'0203');
INSERT INTO plants_fts_docsize VALUES(2,X'0203');
INSERT INTO plants_fts_docsize VALUES(3,X'0203');
INSERT INTO plants_fts_docsize VALUES(4,X'0203');
INSERT INTO plants_fts_docsize VALUES(5,X'0203');
INSERT INTO plants_fts_docsize VALUES(6,X'0203');
INSERT INTO plants_fts_docsize VALUES(7,X'0203');
INSERT INTO plants_fts_docsize VALUES(8,X'0203');
INSERT INTO plants_fts_docsize VALUES(9,X'0203');
INSERT INTO plants_fts_docsize VALUES(10,X'0203');
INSERT INTO plants_fts_docsize VALUES(11,X'0203');
INSERT INTO plants_fts_docsize VALUES(12,X'0203');
INSERT INTO plants_fts_docsize VALUES(13,X'0203');
INSERT INTO plants_fts_docsize VALUES(14,X'0203');
INSERT INTO plants_fts_docsize VALUES(15,X'0203');
INSERT INTO plants_fts_docsize VALUES(16,X'0203');
INSERT INTO plants_fts_docsize VALUES(17,X'0203');
INSERT INTO plants_fts_docsize VALUES(18,X'0203');
INSERT INTO plants_fts_docsize VALUES(19,X'0203');
INSERT INTO plants_fts_docsize VALUES(20,X'0203');
INSERT INTO plants_fts_docsize VALUES(21,X'0100');
CREATE TABLE IF NOT EXISTS 'plants_fts_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO plants_fts_config VALUES('version',4);
CREATE TABLE IF NOT EXISTS "plants" (
   "id" INTEGER PRIMARY KEY,
   "name" TEXT NOT NULL,
   "latin_name" TEXT,
   "height" REAL DEFAULT '0.5',
   "seen" TEXT,
   "tags" TEXT,
   "depth" INTEGER,
   "place" TEXT REFERENCES "places"("code")
);
INSERT INTO plants VALUES(1,'Plant 1','Planta 1 L.',0.25,'2024-05-01','["green", 1]',NULL,'ü');
INSERT INTO plants VALUES(2,'Plant 2','Planta 2 L.',0.5,'2024-05-02','["green", 2]',NULL,NULL);
INSERT INTO plants VALUES(3,'Plant 3','Planta 3 L.',0.75,'2024-05-03','["green", 3]',NULL,NULL);
INSERT INTO plants VALUES(4,'Plant 4','Planta 4 L.',1.0,'2024-05-04','["green", 4]',NULL,NULL);
INSERT INTO plants VALUES(5,'Plant 5','Planta 5 L.',1.25,'2024-05-05','["green", 5]',NULL,NULL);
INSERT INTO plants VALUES(6,'Plant 6','Planta 6 L.',1.5,'2024-05-06','["green", 6]',NULL,NULL);
INSERT INTO plants VALUES(7,'Plant 7','Planta 7 L.',1.75,'2024-05-07','["green", 7]',NULL,NULL);
INSERT INTO plants VALUES(8,'Plant 8','Planta 8 L.',2.0,'2024-05-08','["green", 8]',NULL,NULL);
INSERT INTO plants VALUES(9,'Plant 9','Planta 9 L.',2.25,'2024-05-09','["green", 9]',NULL,NULL);
INSERT INTO plants VALUES(10,'Plant 10','Planta 10 L.',2.5,'2024-05-10','["green", 10]',NULL,NULL);
INSERT INTO plants VALUES(11,'Plant 11','Planta 11 L.',2.75,'2024-05-11','["green", 11]',NULL,NULL);
INSERT INTO plants VALUES(12,'Plant 12','Planta 12 L.',3.0,'2024-05-12','["green", 12]',NULL,NULL);
INSERT INTO plants VALUES(13,'Plant 13','Planta 13 L.',3.25,'2024-05-13','["green", 13]',NULL,NULL);
INSERT INTO plants VALUES(14,'Plant 14','Planta 14 L.',3.5,'2024-05-14','["green", 14]',NULL,NULL);
INSERT INTO plants VALUES(15,'Plant 15','Planta 15 L.',3.75,'2024-05-15','["green", 15]',NULL,NULL);
INSERT INTO plants VALUES(16,'Plant 16','Planta 16 L.',4.0,'2024-05-16','["green", 16]',NULL,NULL);
INSERT INTO plants VALUES(17,'Plant 17','Planta 17 L.',4.25,'2024-05-17','["green", 17]',NULL,NULL);
INSERT INTO plants VALUES(18,'Plant 18','Planta 18 L.',4.5,'2024-05-18','["green", 18]',NULL,NULL);
INSERT INTO plants VALUES(19,'Plant 19','Planta 19 L.',4.75,'2024-05-19','["green", 19]',NULL,NULL);
INSERT INTO plants VALUES(20,'Plant 20','Planta 20 L.',5.0,'2024-05-20','["green", 20]',NULL,NULL);
INSERT INTO plants VALUES(21,'later',NULL,0.5,NULL,NULL,3,NULL);
CREATE TABLE IF NOT EXISTS "hashed" (
   "id" TEXT PRIMARY KEY,
   "text" TEXT
);
INSERT INTO hashed VALUES('518ceacdc2b88c3ea5b6e76f800c45fb0b7308f6','one');
INSERT INTO hashed VALUES('5097ae5c707bc6e0b7d6b1f03d1f045e7353f552','two');
CREATE TABLE IF NOT EXISTS "_counts"(
   "table" TEXT PRIMARY KEY,
   count INTEGER DEFAULT 0
);
INSERT INTO _counts VALUES('places',2);
INSERT INTO _counts VALUES('found',5);
INSERT INTO _counts VALUES('plants_fts_data',3);
INSERT INTO _counts VALUES('plants_fts_idx',1);
INSERT INTO _counts VALUES('plants_fts_docsize',21);
INSERT INTO _counts VALUES('plants_fts_config',1);
INSERT INTO _counts VALUES('plants',21);
INSERT INTO _counts VALUES('hashed',2);
CREATE TABLE IF NOT EXISTS "no key" (
   "a b" INTEGER,
   "c" TEXT
);
INSERT INTO "no key" VALUES(1,NULL);
INSERT INTO "no key" VALUES(1,NULL);
CREATE VIEW "tall" AS select id, name, height from plants where height > 2 order by id;
CREATE INDEX "idx_plants_name"
    ON "plants" ("name");
CREATE TRIGGER "places_counts_insert" AFTER INSERT ON "places"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'places',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'places'),
        0
        ) + 1
    );
END;
CREATE TRIGGER "places_counts_delete" AFTER DELETE ON "places"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'places',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'places'),
        0
        ) - 1
    );
END;
CREATE TRIGGER "found_counts_insert" AFTER INSERT ON "found"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'found',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'found'),
        0
        ) + 1
    );
END;
CREATE TRIGGER "found_counts_delete" AFTER DELETE ON "found"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'found',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'found'),
        0
        ) - 1
    );
END;
CREATE TRIGGER "plants_fts_data_counts_insert" AFTER INSERT ON "plants_fts_data"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'plants_fts_data',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'plants_fts_data'),
        0
        ) + 1
    );
END;
CREATE TRIGGER "plants_fts_data_counts_delete" AFTER DELETE ON "plants_fts_data"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'plants_fts_data',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'plants_fts_data'),
        0
        ) - 1
    );
END;
CREATE TRIGGER "plants_fts_idx_counts_insert" AFTER INSERT ON "plants_fts_idx"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'plants_fts_idx',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'plants_fts_idx'),
        0
        ) + 1
    );
END;
CREATE TRIGGER "plants_fts_idx_counts_delete" AFTER DELETE ON "plants_fts_idx"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'plants_fts_idx',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'plants_fts_idx'),
        0
        ) - 1
    );
END;
CREATE TRIGGER "plants_fts_docsize_counts_insert" AFTER INSERT ON "plants_fts_docsize"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'plants_fts_docsize',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'plants_fts_docsize'),
        0
        ) + 1
    );
END;
CREATE TRIGGER "plants_fts_docsize_counts_delete" AFTER DELETE ON "plants_fts_docsize"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'plants_fts_docsize',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'plants_fts_docsize'),
        0
        ) - 1
    );
END;
CREATE TRIGGER "plants_fts_config_counts_insert" AFTER INSERT ON "plants_fts_config"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'plants_fts_config',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'plants_fts_config'),
        0
        ) + 1
    );
END;
CREATE TRIGGER "plants_fts_config_counts_delete" AFTER DELETE ON "plants_fts_config"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'plants_fts_config',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'plants_fts_config'),
        0
        ) - 1
    );
END;
CREATE TRIGGER "plants_counts_insert" AFTER INSERT ON "plants"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'plants',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'plants'),
        0
        ) + 1
    );
END;
CREATE TRIGGER "plants_counts_delete" AFTER DELETE ON "plants"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'plants',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'plants'),
        0
        ) - 1
    );
END;
CREATE TRIGGER "hashed_counts_insert" AFTER INSERT ON "hashed"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'hashed',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'hashed'),
        0
        ) + 1
    );
END;
CREATE TRIGGER "hashed_counts_delete" AFTER DELETE ON "hashed"
BEGIN
    INSERT OR REPLACE INTO "_counts"
    VALUES (
        'hashed',
        COALESCE(
            (SELECT count FROM "_counts" WHERE "table" = 'hashed'),
        0
        ) - 1
    );
END;
PRAGMA writable_schema=OFF;
COMMIT;
