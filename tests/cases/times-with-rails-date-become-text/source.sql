CREATE TABLE "shops" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "opens_at" time(6), "closes_at" time);
INSERT INTO shops (opens_at, closes_at) VALUES ('2000-01-01 08:30:00.250000', '18:00:00'), ('2000-01-01 09:00:00', NULL);
