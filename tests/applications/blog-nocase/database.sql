PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE _mysql_data_types_cache (`table` TEXT NOT NULL, `column_or_index` TEXT NOT NULL, `mysql_type` TEXT NOT NULL, PRIMARY KEY(`table`, `column_or_index`));
CREATE TABLE IF NOT EXISTS "wp_posts" (
	"ID" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
	"post_author" integer NOT NULL DEFAULT '0',
	"post_date" text NOT NULL DEFAULT '0000-00-00 00:00:00' COLLATE NOCASE,
	"post_content" text NOT NULL COLLATE NOCASE,
	"post_title" text NOT NULL COLLATE NOCASE,
	"post_status" text NOT NULL DEFAULT 'publish' COLLATE NOCASE,
	"post_name" text NOT NULL DEFAULT '' COLLATE NOCASE,
	"guid" text NOT NULL DEFAULT '' COLLATE NOCASE,
	"menu_order" integer NOT NULL DEFAULT '0');
INSERT INTO wp_posts VALUES(1,1,'2024-01-02 03:04:05','<p>hi</p>','Hello','publish','hello','',0);
INSERT INTO wp_posts VALUES(2,1,'0000-00-00 00:00:00','','draft','publish','','',0);
CREATE TABLE IF NOT EXISTS "wp_options" ("option_id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "option_name" text NOT NULL DEFAULT '' COLLATE NOCASE, "option_value" text NOT NULL COLLATE NOCASE, "autoload" text NOT NULL DEFAULT 'yes' COLLATE NOCASE);
INSERT INTO wp_options VALUES(1,'siteurl','http://x','yes');
INSERT INTO wp_options VALUES(2,'_transient_x','O:8:"stdClass":1:{s:3:"foo";s:5:"bar";}','yes');
INSERT INTO wp_options VALUES(3,'Blogname','B','yes');
CREATE TABLE IF NOT EXISTS "wp_term_relationships" ("object_id" integer NOT NULL DEFAULT '0', "term_taxonomy_id" integer NOT NULL DEFAULT '0', "term_order" integer NOT NULL DEFAULT '0', PRIMARY KEY ("object_id", "term_taxonomy_id"));
INSERT INTO wp_term_relationships VALUES(1,1,0);
CREATE TABLE IF NOT EXISTS "wp_usermeta" ("umeta_id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "user_id" integer NOT NULL DEFAULT '0', "meta_key" text DEFAULT NULL COLLATE NOCASE, "meta_value" text COLLATE NOCASE);
INSERT INTO wp_usermeta VALUES(1,1,'wp_capabilities','a:1:{s:13:"administrator";b:1;}');
INSERT INTO wp_usermeta VALUES(2,1,NULL,NULL);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('wp_posts',2);
INSERT INTO sqlite_sequence VALUES('wp_options',3);
INSERT INTO sqlite_sequence VALUES('wp_usermeta',2);
CREATE INDEX "wp_posts__type_status_date" ON "wp_posts" ("post_status", "post_date", "ID");
CREATE INDEX "wp_posts__post_name" ON "wp_posts" ("post_name");
CREATE UNIQUE INDEX "wp_options__option_name" ON "wp_options" ("option_name");
CREATE INDEX "wp_usermeta__meta_key" ON "wp_usermeta" ("meta_key");
CREATE TRIGGER "__wp_posts_post_date_on_update__" AFTER UPDATE ON "wp_posts" FOR EACH ROW BEGIN UPDATE "wp_posts" SET "post_date" = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid; END;
COMMIT;
