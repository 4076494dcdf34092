CREATE TABLE users(id bigint PRIMARY KEY, username text, isadmin boolean);
