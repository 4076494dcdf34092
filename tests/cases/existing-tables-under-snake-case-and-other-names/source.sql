-- An application on PascalCase names; the new one made its tables in snake_case, and renamed a few.
CREATE TABLE Customer(CustomerID INTEGER PRIMARY KEY AUTOINCREMENT, FullName TEXT NOT NULL, HTTPStatus INTEGER, IsActive BOOLEAN);
CREATE TABLE OrderLine(
  OrderID INTEGER NOT NULL, LineNo INTEGER NOT NULL, CustomerID INTEGER REFERENCES Customer(CustomerID), unitPrice REAL, "Note 1" TEXT,
  PRIMARY KEY (OrderID, LineNo));
CREATE TABLE tblLegacy(ID INTEGER PRIMARY KEY, Val TEXT);
CREATE TABLE [Only Here](x TEXT);
INSERT INTO Customer VALUES (1, 'Ada', 200, 1), (2, 'Bob', NULL, 0), (40, 'Cleo', 404, NULL);
DELETE FROM Customer WHERE CustomerID = 40;
INSERT INTO OrderLine VALUES (1, 1, 1, 9.5, 'first'), (1, 2, 2, 0.1, NULL), (2, 1, NULL, 3, '');
INSERT INTO tblLegacy VALUES (1, 'v'), (2, 'w');
INSERT INTO "Only Here" VALUES ('stays');
