CREATE TABLE t -- the table, with a ( and a "
( /* first, */ id /* the ' key */ INTEGER -- ; really
PRIMARY KEY,
  [b c] TEXT DEFAULT 'a -- b' /* CHECK (0) */, `d` VARCHAR ( 5 ) , "e" DECIMAL
  ( 10 , 2 )
  , 'f' INTEGER);
INSERT INTO t VALUES (1, 'x', 'y', 1.5, 2);
