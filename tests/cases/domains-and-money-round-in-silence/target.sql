CREATE DOMAIN dur AS interval;
CREATE DOMAIN rate AS numeric(5, 1);
CREATE DOMAIN even AS int CHECK (VALUE % 2 = 0);
CREATE TABLE t(id bigint PRIMARY KEY, price money, rate rate, dur dur, even even);
