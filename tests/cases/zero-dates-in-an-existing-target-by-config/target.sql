CREATE TABLE orders(id bigint PRIMARY KEY, shipped_at timestamp NOT NULL, due date, made timestamptz, qty integer);
