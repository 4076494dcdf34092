CREATE TABLE node(id bigint PRIMARY KEY, name text UNIQUE, parent_id bigint REFERENCES node (id));
CREATE TABLE a(id bigint PRIMARY KEY, b_id bigint, n int CHECK (n > 0));
CREATE TABLE b(id bigint PRIMARY KEY, a_id bigint REFERENCES a (id), n int CHECK (n > 0));
ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id);
