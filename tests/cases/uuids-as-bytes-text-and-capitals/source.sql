CREATE TABLE bytes(id UUID PRIMARY KEY, n INTEGER);
CREATE TABLE refers(b BLOB REFERENCES bytes(id), n INTEGER);
CREATE TABLE texts(id INTEGER PRIMARY KEY, low UUID, up GUID, mixed UUID, braces UNIQUEIDENTIFIER, short UUID);
INSERT INTO bytes VALUES (x'00112233445566778899aabbccddeeff', 1), (x'ffffffffffffffffffffffffffffffff', 2);
INSERT INTO refers VALUES (x'00112233445566778899aabbccddeeff', 1);
INSERT INTO texts VALUES
  (1, '00112233-4455-6677-8899-aabbccddeeff', '00112233-4455-6677-8899-AABBCCDDEEFF', '00112233-4455-6677-8899-aabbccddeeff', '{00112233-4455-6677-8899-aabbccddeeff}', '00112233445566778899aabbccddeeff'),
  (2, 'ffffffff-ffff-ffff-ffff-ffffffffffff', NULL, x'00112233445566778899aabbccddeeff', NULL, NULL);
