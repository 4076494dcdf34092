CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE DOMAIN mail AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE t(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mood mood, mail mail, tags text[], ip inet, note text NOT NULL DEFAULT 'x');
