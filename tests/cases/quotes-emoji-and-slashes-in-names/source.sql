CREATE TABLE "it's ""quoted"""("a'b" INTEGER PRIMARY KEY, "c""d" TEXT, "😀" TEXT, "sp ace" TEXT, "new
line" TEXT, "tab	" TEXT, "per%cent" TEXT, "$dollar$" TEXT, "semi;colon--" TEXT, "/* x */" TEXT, " lead" TEXT);
CREATE INDEX "in""dex's" ON "it's ""quoted"""("c""d", "😀");
CREATE TABLE "sch.ema/ta\ble"("x.y" INTEGER REFERENCES "it's ""quoted"""("a'b"));
INSERT INTO "it's ""quoted""" VALUES (1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j');
INSERT INTO "sch.ema/ta\ble" VALUES (1);
