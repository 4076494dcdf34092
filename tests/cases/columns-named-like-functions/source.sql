CREATE TABLE t("count" INTEGER PRIMARY KEY, "md5" TEXT, "now" TEXT DEFAULT 'x', "coalesce" TEXT, "row" TEXT, "value" TEXT, "date" DATE, "time" TIME, "timestamp" TIMESTAMP, "text" TEXT, "json" JSON, "values" TEXT, "rowid" TEXT);
INSERT INTO t VALUES (1, 'm', 'n', 'c', 'r', 'v', '2024-01-01', '10:00:00', '2024-01-01 10:00:00', 't', '{}', 'vs', 'not the rowid');
