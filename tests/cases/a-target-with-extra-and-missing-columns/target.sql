CREATE TABLE t(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Name" varchar(10), flag boolean NOT NULL, extra text DEFAULT 'new', stamp timestamptz);
