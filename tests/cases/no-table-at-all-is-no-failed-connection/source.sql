CREATE VIEW v AS SELECT name FROM sqlite_schema;
