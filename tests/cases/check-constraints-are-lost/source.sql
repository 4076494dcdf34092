CREATE TABLE shop(
  id INTEGER PRIMARY KEY,
  "qty" integer unsigned NOT NULL CHECK ("qty" >= 0),
  active BOOLEAN CHECK (active IN (0, 1)),
  status VARCHAR(8) DEFAULT 'new' CONSTRAINT "known status" CHECK (status IN ('new', 'paid', 'sent')),
  "data" text NOT NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)),
  price DECIMAL(10,2) CHECK (price > 0 AND price < 1e6),
  code TEXT CHECK (length(code) = 3 AND code GLOB '[A-Z][A-Z][0-9]'),
  mail TEXT CHECK (mail LIKE '%_@_%' AND mail NOT LIKE '% %'),
  day TEXT CHECK (day IS date(day)),
  born DATE CHECK (born >= '1900-01-01'),
  n INT CHECK (typeof(n) = 'integer' OR n IS NULL),
  login TEXT COLLATE NOCASE CHECK (login <> 'ROOT'),
  "from" INTEGER, upto INTEGER,
  CONSTRAINT span CHECK ("from" <= upto),
  CHECK (coalesce("from", upto) IS NOT NULL OR id % 2 = 0)
);
INSERT INTO shop VALUES (1, 0, 1, 'paid', '{}', 9.99, 'AB1', 'a@b', '2024-02-29', '2000-01-01', 5, 'me', 1, 2);
INSERT INTO shop VALUES (2, 3, NULL, NULL, '[1]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
