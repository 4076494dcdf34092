CREATE TABLE t(id serial PRIMARY KEY, old text); INSERT INTO t(old) VALUES ('old');
CREATE TABLE kept(id serial PRIMARY KEY, v text); INSERT INTO kept(v) VALUES ('kept');
CREATE SEQUENCE own_numbers START 100; SELECT nextval('own_numbers');
CREATE TYPE mood AS ENUM ('good'); CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
