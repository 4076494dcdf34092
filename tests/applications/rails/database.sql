-- A web shop as Rails' migrations leave it in SQLite (schema statements in the form of its adapter). Written by hand, all data invented.
CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE "active_storage_blobs" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "key" varchar NOT NULL, "filename" varchar NOT NULL, "content_type" varchar, "metadata" text, "service_name" varchar NOT NULL, "byte_size" bigint NOT NULL, "checksum" varchar, "created_at" datetime(6) NOT NULL);
CREATE TABLE "active_storage_attachments" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "name" varchar NOT NULL, "record_type" varchar NOT NULL, "record_id" bigint NOT NULL, "blob_id" bigint NOT NULL, "created_at" datetime(6) NOT NULL, CONSTRAINT "fk_rails_c3b3935057" FOREIGN KEY ("blob_id") REFERENCES "active_storage_blobs" ("id"));
CREATE TABLE "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "email" varchar DEFAULT '' NOT NULL COLLATE NOCASE, "encrypted_password" varchar DEFAULT '' NOT NULL, "sign_in_count" integer DEFAULT 0 NOT NULL, "admin" boolean DEFAULT 0, "settings" json DEFAULT '{}', "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE "orders" ("id" varchar NOT NULL PRIMARY KEY, "user_id" integer NOT NULL, "total" decimal(10,2) DEFAULT 0.0, "rate" decimal, "ratio" float, "shipped_on" date, "opens_at" time, "state" integer(1) DEFAULT 0 NOT NULL, "seal" blob, "created_at" datetime(6) NOT NULL, CONSTRAINT "fk_rails_f868b47f6a" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE, CONSTRAINT "total_check" CHECK (total >= 0));
CREATE UNIQUE INDEX "index_users_on_email" ON "users" ("email");
CREATE INDEX "index_orders_on_user_id_and_created_at" ON "orders" ("user_id", "created_at" DESC);
CREATE UNIQUE INDEX "index_active_storage_attachments_uniqueness" ON "active_storage_attachments" ("record_type", "record_id", "name", "blob_id");
CREATE UNIQUE INDEX "index_orders_open" ON "orders" ("user_id") WHERE state = 0;
INSERT INTO "schema_migrations" VALUES ('20240101000000'), ('20240102000000');
INSERT INTO "ar_internal_metadata" VALUES ('environment', 'production', '2024-01-01 00:00:00.123456', '2024-01-01 00:00:00.123456');
INSERT INTO "users" VALUES (1, 'a@example.org', '$2a$12$invented', 3, 1, '{"locale":"de"}', '2024-01-01 00:00:00.123456', '2024-01-01 00:00:00'), (2, 'B@example.org', '', 0, 0, '{}', '2024-01-01 00:00:00.100000', '2024-01-01 00:00:00.1'), (3, 'c@example.org', '', 0, 't', NULL, '2024-01-01 00:00:00', '2024-01-01 00:00:00'), (4, 'd@example.org', '', 0, 'f', NULL, '2024-01-01 00:00:00', '2024-01-01 00:00:00');
DELETE FROM "users" WHERE id = 4;
INSERT INTO "orders" VALUES ('00000000-0000-4000-8000-000000000001', 1, 19.99, 1.1, 0.1, '2024-02-29', '2000-01-01 09:30:00', 1, x'00ff', '2024-02-01 10:00:00.000001'), ('00000000-0000-4000-8000-000000000002', 1, 20, 12345678901234.5, NULL, NULL, '2000-01-01 00:00:00', 0, NULL, '2024-02-01 10:00:00.5');
INSERT INTO "active_storage_blobs" VALUES (1, 'k', 'é.png', 'image/png', '{"identified":true}', 'local', 5000000000, 'x==', '2024-01-01 00:00:00.123456');
INSERT INTO "active_storage_attachments" VALUES (1, 'photo', 'User', 1, 1, '2024-01-01 00:00:00.123456');
