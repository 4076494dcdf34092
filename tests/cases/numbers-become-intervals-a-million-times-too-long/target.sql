CREATE TABLE t(id bigint PRIMARY KEY, dur interval, said interval);
