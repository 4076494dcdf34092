CREATE TABLE pg_class(relname TEXT); CREATE TABLE "information_schema"(tables TEXT); CREATE TABLE public(x); CREATE TABLE pg_toast(x); CREATE TABLE "user"(name TEXT); CREATE TABLE pgstead(x); CREATE TABLE runs(x); CREATE TABLE current_user(x);
INSERT INTO pg_class VALUES ('mine'); INSERT INTO "user" VALUES ('u'); INSERT INTO current_user VALUES (1);
