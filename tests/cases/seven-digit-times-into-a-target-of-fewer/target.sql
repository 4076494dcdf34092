CREATE TABLE t(id bigint PRIMARY KEY, at timestamp(3), day date, n numeric(3,1), name varchar(3));
