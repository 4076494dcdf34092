CREATE TABLE "OrderHeaders"(OrderID INTEGER PRIMARY KEY AUTOINCREMENT, "HTTPServer" TEXT CHECK (length("HTTPServer") > 0), "GrößeXL" INT, "order_id" TEXT,
  CONSTRAINT "UniqueServer" UNIQUE ("HTTPServer"));
CREATE TABLE "Order Lines"("ID" INTEGER PRIMARY KEY, "OrderID" INT REFERENCES "OrderHeaders"(OrderID), "Line No" INT, "odd/name" TEXT);
CREATE INDEX "IX_OrderLines_OrderID" ON "Order Lines"("OrderID") WHERE "Line No" > 0;
CREATE TABLE "orderHeaders2"(x); CREATE TABLE "OrderHeaders2x"(x); CREATE TABLE "Old Table"(Col TEXT);
CREATE VIEW "AllLines" AS SELECT l."ID", h."HTTPServer" FROM "Order Lines" l JOIN "OrderHeaders" h ON h.OrderID = l."OrderID";
INSERT INTO "OrderHeaders" VALUES (1, 'a', 5, 'text'); INSERT INTO "Order Lines" VALUES (1, 1, 1, 'x'); INSERT INTO "Old Table" VALUES ('y');
