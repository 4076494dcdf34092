CREATE TABLE [dbo.Orders] ([Id] [int] NOT NULL PRIMARY KEY, [Name] [nvarchar](50), [Total] [decimal](18, 4), [Paid] [bit], [At] [datetime2](3), [Code] [char](3), [Rate] [numeric](5,2), Price CURRENCY, Pages LONG);
INSERT INTO [dbo.Orders] VALUES (1, 'Ü', 12345678901.1234, 1, '2024-01-02 03:04:05.123', 'abc', 1.25, 4.5, NULL), (2, NULL, 2, 0, NULL, NULL, NULL, NULL, NULL);
