CREATE TABLE t(id INTEGER PRIMARY KEY, fits VARCHAR(3), more VARCHAR(3), fixed CHAR(4), nvar NVARCHAR(10), emoji VARCHAR(2), unbounded VARCHAR, huge VARCHAR(99999999), num VARCHAR(2));
INSERT INTO t VALUES (1, 'abc', 'abcd', 'x   ', 'äöü', '😀😀', 'y', 'z', 123), (2, '', NULL, 'ab', '', '', '', '', NULL);
