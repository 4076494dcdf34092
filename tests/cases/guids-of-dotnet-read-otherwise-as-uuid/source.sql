-- The application knows these as 6f9619ff-8b86-d011-b42d-00c04fc964ff and 7c9e6679-7425-40de-944b-e07fc1f90ae7: .NET turns the first three groups round.
CREATE TABLE documents (id UNIQUEIDENTIFIER PRIMARY KEY, title TEXT);
INSERT INTO documents VALUES (x'ff19966f868b11d0b42d00c04fc964ff', 'one'), (x'79669e7c2574de40944be07fc1f90ae7', 'two');
