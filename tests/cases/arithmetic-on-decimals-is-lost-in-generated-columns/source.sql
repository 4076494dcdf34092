-- Of two whole prices a division gives the whole part. 0.1 * 3 is 0.30000000000000004, which no DECIMAL(12,2) holds.
CREATE TABLE line(id INTEGER PRIMARY KEY, price DECIMAL(10,2) NOT NULL, rate DECIMAL(4,2) NOT NULL, n INTEGER NOT NULL,
  total DECIMAL(12,2) GENERATED ALWAYS AS (price * n) STORED,
  vat DECIMAL(12,4) AS (price * rate),
  cents INTEGER AS (CAST(round(price * 100) AS INTEGER)),
  half REAL AS (price / 2.0),
  third NUMERIC AS (price / 3));
INSERT INTO line(id, price, rate, n) VALUES (1, 1.25, 0.25, 3), (2, 20, 0.25, 2), (3, 19.99, 0.25, 7), (4, 0.1, 0.25, 3);
