CREATE TABLE t(id INTEGER PRIMARY KEY, a uuid default '0b5ab4d1-37a9-4a0a-8ac8-6a5d6e7f8a9b', b json default (json_array()), c text default (json('{}')));
INSERT INTO t(id) VALUES(1);
