CREATE TABLE "ääääääääääääääääääääääääääääääääx1"(a INTEGER); CREATE TABLE "ääääääääääääääääääääääääääääääääx2"(a INTEGER);
CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT);
CREATE INDEX "an_index_with_a_name_of_exactly_sixty_three_bytes_like_this_one" ON t(a);
CREATE INDEX "an_index_with_a_name_of_exactly_sixty_three_bytes_like_this_one_b" ON t(b);
INSERT INTO "ääääääääääääääääääääääääääääääääx2" VALUES (2);
