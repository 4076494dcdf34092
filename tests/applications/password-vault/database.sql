PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
INSERT INTO __diesel_schema_migrations VALUES('20180114171611','2024-01-01 10:00:00');
INSERT INTO __diesel_schema_migrations VALUES('20180217205753','2024-01-01 10:00:01');
CREATE TABLE users (
  uuid                TEXT     NOT NULL PRIMARY KEY,
  created_at          DATETIME NOT NULL,
  updated_at          DATETIME NOT NULL,
  email               TEXT     NOT NULL UNIQUE,
  name                TEXT     NOT NULL,
  password_hash       BLOB     NOT NULL,
  salt                BLOB     NOT NULL,
  password_iterations INTEGER  NOT NULL,
  password_hint       TEXT,
  akey                 TEXT     NOT NULL,
  private_key         TEXT,
  totp_secret         TEXT,
  security_stamp      TEXT     NOT NULL,
  equivalent_domains  TEXT     NOT NULL,
  excluded_globals    TEXT     NOT NULL
, client_kdf_type INTEGER NOT NULL DEFAULT 0, client_kdf_iter INTEGER NOT NULL DEFAULT 100000, verified_at DATETIME DEFAULT NULL, last_verifying_at DATETIME DEFAULT NULL, login_verify_count INTEGER NOT NULL DEFAULT 0, email_new TEXT DEFAULT NULL, enabled BOOLEAN NOT NULL DEFAULT 1, stamp_exception TEXT DEFAULT NULL, api_key TEXT, avatar_color VARCHAR(7));
INSERT INTO users VALUES('0b5ab4d1-37a9-4a0a-8ac8-6a5d6e7f8a9b','2024-01-01 10:00:00.123456789','2024-03-01 10:00:00.987654321','Erika@Example.com','Erika',X'00ff10',X'abcd',600000,NULL,'2.abc==|def',NULL,NULL,'8f7a','[]','[]',0,100000,'2024-01-01 10:05:00',NULL,0,NULL,1,NULL,NULL,NULL);
CREATE TABLE organizations (uuid VARCHAR(40) NOT NULL PRIMARY KEY, name TEXT NOT NULL, billing_email TEXT NOT NULL, private_key TEXT, public_key TEXT);
CREATE TABLE ciphers (uuid TEXT NOT NULL PRIMARY KEY, created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, user_uuid TEXT REFERENCES users (uuid), organization_uuid TEXT REFERENCES organizations (uuid), atype INTEGER NOT NULL, name TEXT NOT NULL, notes TEXT, fields TEXT, data TEXT NOT NULL, password_history TEXT, deleted_at DATETIME, reprompt INTEGER, key TEXT);
INSERT INTO ciphers VALUES('c1','2024-01-01 10:00:00.1','2024-01-02 10:00:00.123456789','0b5ab4d1-37a9-4a0a-8ac8-6a5d6e7f8a9b',NULL,1,'2.x|y',NULL,'[{"type":0}]','{"uri":null}',NULL,NULL,0,NULL);
CREATE TABLE attachments (id TEXT NOT NULL PRIMARY KEY, cipher_uuid TEXT NOT NULL REFERENCES ciphers (uuid), file_name TEXT NOT NULL, file_size INTEGER NOT NULL, akey TEXT);
CREATE TABLE favorites (user_uuid TEXT NOT NULL REFERENCES users(uuid), cipher_uuid TEXT NOT NULL REFERENCES ciphers(uuid), PRIMARY KEY(user_uuid, cipher_uuid));
INSERT INTO favorites VALUES('0b5ab4d1-37a9-4a0a-8ac8-6a5d6e7f8a9b','c1');
CREATE TABLE devices (uuid TEXT NOT NULL, created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, user_uuid TEXT NOT NULL, name TEXT NOT NULL, atype INTEGER NOT NULL, push_token TEXT, refresh_token TEXT NOT NULL, twofactor_remember TEXT, push_uuid TEXT, PRIMARY KEY(uuid, user_uuid), FOREIGN KEY(user_uuid) REFERENCES users(uuid));
INSERT INTO devices VALUES('d1','2024-01-01 10:00:00','2024-01-01 10:00:00','0b5ab4d1-37a9-4a0a-8ac8-6a5d6e7f8a9b','Firefox',10,NULL,'rt',NULL,NULL);
CREATE TABLE twofactor (uuid TEXT NOT NULL PRIMARY KEY, user_uuid TEXT NOT NULL REFERENCES users (uuid), atype INTEGER NOT NULL, enabled BOOLEAN NOT NULL, data TEXT NOT NULL, last_used INTEGER NOT NULL DEFAULT 0, UNIQUE (user_uuid, atype));
INSERT INTO twofactor VALUES('t1','0b5ab4d1-37a9-4a0a-8ac8-6a5d6e7f8a9b',0,1,'SECRET',56789012);
CREATE TABLE invitations (email TEXT NOT NULL PRIMARY KEY);
CREATE TABLE event (uuid TEXT NOT NULL PRIMARY KEY, event_type INTEGER NOT NULL, user_uuid TEXT, org_uuid TEXT, cipher_uuid TEXT, act_user_uuid TEXT, device_type INTEGER, ip_address TEXT, event_date DATETIME NOT NULL, UNIQUE (uuid));
INSERT INTO event VALUES('e1',1000,'u',NULL,NULL,'u',10,'192.0.2.7','2024-01-01 10:00:00.5');
CREATE TABLE emergency_access (uuid TEXT NOT NULL PRIMARY KEY, grantor_uuid TEXT REFERENCES users (uuid), grantee_uuid TEXT REFERENCES users (uuid), email TEXT DEFAULT NULL, key_encrypted TEXT DEFAULT NULL, atype INTEGER NOT NULL, status INTEGER NOT NULL, wait_time_days INTEGER NOT NULL, recovery_initiated_at DATETIME DEFAULT NULL, last_notification_at DATETIME DEFAULT NULL, updated_at DATETIME NOT NULL, created_at DATETIME NOT NULL);
COMMIT;
