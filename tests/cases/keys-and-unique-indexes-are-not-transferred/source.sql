CREATE TABLE "Order Items"("Order Id" INTEGER, "Line" INTEGER, "SKU" TEXT UNIQUE, PRIMARY KEY ("Order Id", "Line"));
CREATE UNIQUE INDEX "IX Sku Line" ON "Order Items"("SKU", "Line" DESC);
INSERT INTO "Order Items" VALUES (1, 1, 'a'), (1, 2, 'b');
