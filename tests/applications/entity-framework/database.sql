-- A payroll in the form of Entity Framework Core's SQLite provider: TEXT for dates, decimals, durations and GUIDs in capitals; Identity's tables; a table rebuilt by a migration. Written by hand, all data invented.
CREATE TABLE "__EFMigrationsHistory" ("MigrationId" TEXT NOT NULL CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY, "ProductVersion" TEXT NOT NULL);
CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
CREATE TABLE "AspNetRoles" ("Id" TEXT NOT NULL CONSTRAINT "PK_AspNetRoles" PRIMARY KEY, "Name" TEXT NULL, "NormalizedName" TEXT NULL, "ConcurrencyStamp" TEXT NULL);
CREATE TABLE "AspNetUsers" ("Id" TEXT NOT NULL CONSTRAINT "PK_AspNetUsers" PRIMARY KEY, "UserName" TEXT NULL, "NormalizedUserName" TEXT NULL, "EmailConfirmed" INTEGER NOT NULL, "LockoutEnd" TEXT NULL, "AccessFailedCount" INTEGER NOT NULL);
CREATE TABLE "AspNetUserRoles" ("UserId" TEXT NOT NULL, "RoleId" TEXT NOT NULL, CONSTRAINT "PK_AspNetUserRoles" PRIMARY KEY ("UserId", "RoleId"), CONSTRAINT "FK_AspNetUserRoles_AspNetRoles_RoleId" FOREIGN KEY ("RoleId") REFERENCES "AspNetRoles" ("Id") ON DELETE CASCADE, CONSTRAINT "FK_AspNetUserRoles_AspNetUsers_UserId" FOREIGN KEY ("UserId") REFERENCES "AspNetUsers" ("Id") ON DELETE CASCADE);
CREATE TABLE "ef_temp_Employees" ("Id" INTEGER NOT NULL CONSTRAINT "PK_Employees" PRIMARY KEY AUTOINCREMENT, "ManagerId" INTEGER NULL, "Name" TEXT COLLATE NOCASE NOT NULL, "Salary" TEXT NOT NULL DEFAULT '0.0', "Hired" TEXT NOT NULL, "Shift" TEXT NULL, "Worked" TEXT NULL, "Badge" TEXT NULL, "Signed" TEXT NULL, "Grade" TEXT NOT NULL DEFAULT 'A', "Photo" BLOB NULL, "FullName" AS ("Name" || ' (' || "Grade" || ')') STORED, CONSTRAINT "CK_Employees_Grade" CHECK ("Grade" <> ''), CONSTRAINT "FK_Employees_Employees_ManagerId" FOREIGN KEY ("ManagerId") REFERENCES "Employees" ("Id") ON DELETE RESTRICT);
INSERT INTO "ef_temp_Employees" ("Id", "ManagerId", "Name", "Salary", "Hired", "Shift", "Worked", "Badge", "Signed", "Grade", "Photo") VALUES
  (1, NULL, 'Anders Å', '12345678901234567890.12', '2020-01-01 00:00:00', '08:00:00', '1.02:03:04.0050000', '0F8FAD5B-D9CB-469F-A165-70867728950E', '2024-01-01 10:00:00.1234567+02:00', 'A', x'ffd8ff'),
  (2, 1, 'Bea', '0.1', '2021-02-28 12:30:15.1234567', NULL, '00:00:00', NULL, NULL, 'B', NULL);
ALTER TABLE "ef_temp_Employees" RENAME TO "Employees";
CREATE INDEX "IX_Employees_ManagerId" ON "Employees" ("ManagerId");
CREATE UNIQUE INDEX "RoleNameIndex" ON "AspNetRoles" ("NormalizedName");
CREATE INDEX "IX_AspNetUserRoles_RoleId" ON "AspNetUserRoles" ("RoleId");
INSERT INTO "__EFMigrationsHistory" VALUES ('20240101000000_Initial', '9.0.0'), ('20240201000000_Grades', '9.0.0');
INSERT INTO "AspNetRoles" VALUES ('r1', 'Admin', 'ADMIN', NULL);
INSERT INTO "AspNetUsers" VALUES ('u1', 'anders', 'ANDERS', 1, '2024-01-01 00:00:00+00:00', 0);
INSERT INTO "AspNetUserRoles" VALUES ('u1', 'r1');
