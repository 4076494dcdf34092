-- The sample application's database: a backup-management web application (SQLAlchemy), 18 tables, 33 rows.
-- All names, addresses and values are invented; addresses are of the ranges reserved for documentation (RFC 5737, RFC 2606).
-- api_keys, refresh_tokens and apscheduler_jobs hold only what the application makes anew: they are empty here, and a
-- migration leaves them behind by name.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE users (
	id INTEGER NOT NULL,
	username VARCHAR(50) NOT NULL,
	email VARCHAR(100) NOT NULL,
	password_hash VARCHAR(255) NOT NULL,
	full_name VARCHAR(100),
	department VARCHAR(100),
	role VARCHAR(20) DEFAULT 'viewer' NOT NULL,
	is_active BOOLEAN DEFAULT 1 NOT NULL,
	last_login DATETIME,
	failed_login_attempts INTEGER DEFAULT 0 NOT NULL,
	locked_until DATETIME,
	created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
	updated_at DATETIME,
	PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_users_username ON users (username);
CREATE UNIQUE INDEX ix_users_email ON users (email);
CREATE INDEX ix_users_role ON users (role);
CREATE TABLE backup_jobs (
	id INTEGER NOT NULL,
	job_name VARCHAR(100) NOT NULL,
	job_type VARCHAR(50) NOT NULL,
	backup_tool VARCHAR(50) NOT NULL,
	source_path TEXT,
	description TEXT,
	target_server VARCHAR(100),
	schedule_type VARCHAR(20) NOT NULL,
	schedule_time TIME,
	retention_days INTEGER DEFAULT 30 NOT NULL,
	owner_id INTEGER NOT NULL,
	is_active BOOLEAN DEFAULT 1 NOT NULL,
	created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
	updated_at DATETIME,
	PRIMARY KEY (id),
	FOREIGN KEY(owner_id) REFERENCES users (id)
);
CREATE INDEX ix_backup_jobs_job_name ON backup_jobs (job_name);
CREATE INDEX ix_backup_jobs_job_type ON backup_jobs (job_type);
CREATE INDEX ix_backup_jobs_owner_id ON backup_jobs (owner_id);
CREATE INDEX ix_backup_jobs_is_active ON backup_jobs (is_active);
CREATE TABLE offline_media (
	id INTEGER NOT NULL,
	media_code VARCHAR(50) NOT NULL,
	media_type VARCHAR(20) NOT NULL,
	capacity_bytes BIGINT,
	used_percent FLOAT,
	purchase_date DATE,
	storage_location VARCHAR(200),
	current_status VARCHAR(20) DEFAULT 'available' NOT NULL,
	label_image BLOB,
	owner_id INTEGER,
	notes TEXT,
	created_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX ix_offline_media_media_code ON offline_media (media_code);
CREATE INDEX ix_offline_media_media_type ON offline_media (media_type);
CREATE INDEX ix_offline_media_current_status ON offline_media (current_status);
CREATE TABLE backup_copies (
	id INTEGER NOT NULL,
	job_id INTEGER NOT NULL,
	copy_type VARCHAR(20) NOT NULL,
	media_type VARCHAR(20) NOT NULL,
	offline_media_id INTEGER,
	storage_path TEXT,
	is_encrypted BOOLEAN DEFAULT 0 NOT NULL,
	is_compressed BOOLEAN DEFAULT 0 NOT NULL,
	last_backup_date DATETIME,
	last_backup_size BIGINT,
	status VARCHAR(20) NOT NULL,
	created_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(job_id) REFERENCES backup_jobs (id) ON DELETE CASCADE,
	FOREIGN KEY(offline_media_id) REFERENCES offline_media (id) ON DELETE SET NULL
);
CREATE INDEX ix_backup_copies_job_id ON backup_copies (job_id);
CREATE INDEX ix_backup_copies_copy_type ON backup_copies (copy_type);
CREATE INDEX ix_backup_copies_status ON backup_copies (status);
CREATE TABLE backup_executions (
	id INTEGER NOT NULL,
	job_id INTEGER NOT NULL,
	copy_id INTEGER,
	execution_date DATETIME NOT NULL,
	execution_result VARCHAR(20) NOT NULL,
	error_message TEXT,
	backup_size_bytes BIGINT,
	duration_seconds FLOAT,
	has_errors BOOLEAN DEFAULT 0 NOT NULL,
	source_system VARCHAR(100),
	checksum BLOB,
	created_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(job_id) REFERENCES backup_jobs (id) ON DELETE CASCADE,
	FOREIGN KEY(copy_id) REFERENCES backup_copies (id) ON DELETE SET NULL
);
CREATE INDEX ix_backup_executions_job_id ON backup_executions (job_id);
CREATE INDEX ix_backup_executions_execution_date ON backup_executions (execution_date);
CREATE INDEX ix_backup_executions_execution_result ON backup_executions (execution_result);
CREATE TABLE compliance_status (
	id INTEGER NOT NULL,
	job_id INTEGER NOT NULL,
	check_date DATETIME NOT NULL,
	copies_count INTEGER NOT NULL,
	media_types_count INTEGER NOT NULL,
	has_offsite BOOLEAN NOT NULL,
	has_offline BOOLEAN NOT NULL,
	has_errors BOOLEAN NOT NULL,
	compliance_score FLOAT,
	overall_status VARCHAR(20) NOT NULL,
	issues TEXT,
	PRIMARY KEY (id),
	FOREIGN KEY(job_id) REFERENCES backup_jobs (id) ON DELETE CASCADE
);
CREATE INDEX ix_compliance_status_job_id ON compliance_status (job_id);
CREATE INDEX ix_compliance_status_check_date ON compliance_status (check_date);
CREATE INDEX ix_compliance_status_overall_status ON compliance_status (overall_status);
CREATE TABLE alerts (
	id INTEGER NOT NULL,
	alert_type VARCHAR(50) NOT NULL,
	severity VARCHAR(20) NOT NULL,
	job_id INTEGER,
	title VARCHAR(200) NOT NULL,
	message TEXT NOT NULL,
	is_acknowledged BOOLEAN DEFAULT 0 NOT NULL,
	acknowledged_by INTEGER,
	acknowledged_at DATETIME,
	created_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(job_id) REFERENCES backup_jobs (id) ON DELETE CASCADE,
	FOREIGN KEY(acknowledged_by) REFERENCES users (id)
);
CREATE INDEX ix_alerts_alert_type ON alerts (alert_type);
CREATE INDEX ix_alerts_severity ON alerts (severity);
CREATE INDEX ix_alerts_job_id ON alerts (job_id);
CREATE INDEX ix_alerts_is_acknowledged ON alerts (is_acknowledged);
CREATE INDEX ix_alerts_created_at ON alerts (created_at);
CREATE TABLE audit_logs (
	id INTEGER NOT NULL,
	user_id INTEGER,
	action VARCHAR(50) NOT NULL,
	resource_type VARCHAR(50),
	resource_id INTEGER,
	ip_address VARCHAR(45),
	user_agent VARCHAR(255),
	action_result VARCHAR(20) NOT NULL,
	details TEXT,
	created_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE INDEX ix_audit_logs_user_id ON audit_logs (user_id);
CREATE INDEX ix_audit_logs_action ON audit_logs (action);
CREATE INDEX ix_audit_logs_created_at ON audit_logs (created_at);
CREATE TABLE media_rotation_schedule (
	id INTEGER NOT NULL,
	offline_media_id INTEGER NOT NULL,
	rotation_type VARCHAR(20) NOT NULL,
	rotation_cycle VARCHAR(20) NOT NULL,
	next_rotation_date DATE NOT NULL,
	last_rotation_date DATE,
	is_active BOOLEAN DEFAULT 1 NOT NULL,
	created_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(offline_media_id) REFERENCES offline_media (id) ON DELETE CASCADE
);
CREATE INDEX ix_media_rotation_schedule_offline_media_id ON media_rotation_schedule (offline_media_id);
CREATE INDEX ix_media_rotation_schedule_next_rotation_date ON media_rotation_schedule (next_rotation_date);
CREATE TABLE media_lending (
	id INTEGER NOT NULL,
	offline_media_id INTEGER NOT NULL,
	borrower_id INTEGER NOT NULL,
	borrow_purpose VARCHAR(200),
	borrow_date DATETIME NOT NULL,
	expected_return DATE NOT NULL,
	actual_return DATETIME,
	return_condition VARCHAR(20),
	notes TEXT,
	PRIMARY KEY (id),
	FOREIGN KEY(offline_media_id) REFERENCES offline_media (id),
	FOREIGN KEY(borrower_id) REFERENCES users (id)
);
CREATE INDEX ix_media_lending_offline_media_id ON media_lending (offline_media_id);
CREATE INDEX ix_media_lending_borrower_id ON media_lending (borrower_id);
CREATE INDEX ix_media_lending_expected_return ON media_lending (expected_return);
CREATE TABLE verification_schedule (
	id INTEGER NOT NULL,
	job_id INTEGER NOT NULL,
	test_frequency VARCHAR(20) NOT NULL,
	next_test_date DATE NOT NULL,
	last_test_date DATE,
	assigned_to INTEGER,
	is_active BOOLEAN DEFAULT 1 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (job_id, test_frequency),
	FOREIGN KEY(job_id) REFERENCES backup_jobs (id) ON DELETE CASCADE,
	FOREIGN KEY(assigned_to) REFERENCES users (id)
);
CREATE INDEX ix_verification_schedule_job_id ON verification_schedule (job_id);
CREATE INDEX ix_verification_schedule_next_test_date ON verification_schedule (next_test_date);
CREATE TABLE verification_tests (
	id INTEGER NOT NULL,
	job_id INTEGER NOT NULL,
	schedule_id INTEGER,
	tester_id INTEGER NOT NULL,
	test_type VARCHAR(50) NOT NULL,
	test_date DATETIME NOT NULL,
	test_result VARCHAR(20) NOT NULL,
	duration_seconds FLOAT,
	has_errors BOOLEAN DEFAULT 0 NOT NULL,
	issues_found TEXT,
	evidence BLOB,
	PRIMARY KEY (id),
	FOREIGN KEY(job_id) REFERENCES backup_jobs (id) ON DELETE CASCADE,
	FOREIGN KEY(schedule_id) REFERENCES verification_schedule (id) ON DELETE SET NULL,
	FOREIGN KEY(tester_id) REFERENCES users (id)
);
CREATE INDEX ix_verification_tests_job_id ON verification_tests (job_id);
CREATE INDEX ix_verification_tests_test_date ON verification_tests (test_date);
CREATE TABLE reports (
	id INTEGER NOT NULL,
	report_type VARCHAR(50) NOT NULL,
	title VARCHAR(200) NOT NULL,
	date_from DATE NOT NULL,
	date_to DATE NOT NULL,
	file_path TEXT,
	file_format VARCHAR(10) NOT NULL,
	generated_by INTEGER,
	created_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(generated_by) REFERENCES users (id) ON DELETE SET NULL
);
CREATE INDEX ix_reports_report_type ON reports (report_type);
CREATE INDEX ix_reports_created_at ON reports (created_at);
CREATE TABLE notification_logs (
	id INTEGER NOT NULL,
	alert_id INTEGER,
	user_id INTEGER,
	channel VARCHAR(20) NOT NULL,
	recipient VARCHAR(200),
	status VARCHAR(20) NOT NULL,
	error_message TEXT,
	retry_count INTEGER DEFAULT 0 NOT NULL,
	sent_at DATETIME,
	PRIMARY KEY (id),
	FOREIGN KEY(alert_id) REFERENCES alerts (id) ON DELETE CASCADE,
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE SET NULL
);
CREATE INDEX ix_notification_logs_channel ON notification_logs (channel);
CREATE INDEX ix_notification_logs_status ON notification_logs (status);
CREATE INDEX ix_notification_logs_sent_at ON notification_logs (sent_at);
CREATE TABLE system_settings (
	id INTEGER NOT NULL,
	setting_key VARCHAR(100) NOT NULL,
	setting_value TEXT,
	value_type VARCHAR(20) DEFAULT 'string' NOT NULL,
	description VARCHAR(255),
	is_encrypted BOOLEAN DEFAULT 0 NOT NULL,
	updated_by INTEGER,
	updated_at DATETIME,
	PRIMARY KEY (id),
	FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX ix_system_settings_setting_key ON system_settings (setting_key);
CREATE TABLE api_keys (
	id INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	name VARCHAR(100) NOT NULL,
	key_hash VARCHAR(128) NOT NULL,
	is_active BOOLEAN DEFAULT 1 NOT NULL,
	expires_at DATETIME,
	last_used_at DATETIME,
	created_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX ix_api_keys_key_hash ON api_keys (key_hash);
CREATE INDEX ix_api_keys_user_id ON api_keys (user_id);
CREATE TABLE refresh_tokens (
	id INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	token_hash VARCHAR(128) NOT NULL,
	is_revoked BOOLEAN DEFAULT 0 NOT NULL,
	expires_at DATETIME NOT NULL,
	created_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX ix_refresh_tokens_token_hash ON refresh_tokens (token_hash);
CREATE INDEX ix_refresh_tokens_user_id ON refresh_tokens (user_id);
CREATE TABLE apscheduler_jobs (
	id VARCHAR(191) NOT NULL,
	next_run_time FLOAT,
	job_state BLOB NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX ix_apscheduler_jobs_next_run_time ON apscheduler_jobs (next_run_time);
INSERT INTO users VALUES(1,'admin','admin@backup.example','pbkdf2:sha256:600000$sample$0000000000000000000000000000000000000000000000000000000000000000','Sample Administrator','Operations','admin',1,'2025-12-02 11:41:07.482913',0,NULL,'2025-10-30 09:12:44.120385','2025-12-02 11:41:07.483220');
INSERT INTO audit_logs VALUES(1,1,'login','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-10-31 12:24:33.610219');
INSERT INTO audit_logs VALUES(2,1,'login','auth',NULL,'192.0.2.17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-01 09:59:27.047425');
INSERT INTO audit_logs VALUES(3,1,'logout','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success',NULL,'2025-11-02 19:21:22.053562');
INSERT INTO audit_logs VALUES(4,1,'login','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-04 20:04:55.799101');
INSERT INTO audit_logs VALUES(5,1,'login','auth',NULL,'192.0.2.17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-05 14:14:09.464942');
INSERT INTO audit_logs VALUES(6,1,'login','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-05 15:48:24.775946');
INSERT INTO audit_logs VALUES(7,1,'logout','auth',NULL,'192.0.2.17','Mozilla/5.0 (X11; Linux x86_64)','success',NULL,'2025-11-06 17:02:19.475047');
INSERT INTO audit_logs VALUES(8,1,'login','auth',NULL,'192.0.2.17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-08 13:42:57.800219');
INSERT INTO audit_logs VALUES(9,1,'login','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-09 06:35:41.432291');
INSERT INTO audit_logs VALUES(10,1,'login','auth',NULL,'192.0.2.17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-09 08:54:42.369236');
INSERT INTO audit_logs VALUES(11,1,'logout','auth',NULL,'2001:db8::17','Mozilla/5.0 (X11; Linux x86_64)','success',NULL,'2025-11-11 05:52:34.069075');
INSERT INTO audit_logs VALUES(12,1,'login','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-11 08:42:08.556378');
INSERT INTO audit_logs VALUES(13,1,'login','auth',NULL,'2001:db8::17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-13 05:07:51.213571');
INSERT INTO audit_logs VALUES(14,1,'login','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-14 03:32:04.448803');
INSERT INTO audit_logs VALUES(15,1,'logout','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success',NULL,'2025-11-15 06:42:43.719582');
INSERT INTO audit_logs VALUES(16,1,'login','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-15 13:48:12.084256');
INSERT INTO audit_logs VALUES(17,1,'login','auth',NULL,'2001:db8::17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-16 21:26:51.626100');
INSERT INTO audit_logs VALUES(18,1,'login','auth',NULL,'2001:db8::17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-17 10:49:30.620552');
INSERT INTO audit_logs VALUES(19,1,'logout','auth',NULL,'192.0.2.17','Mozilla/5.0 (X11; Linux x86_64)','success',NULL,'2025-11-18 08:59:44.227421');
INSERT INTO audit_logs VALUES(20,1,'login','auth',NULL,'192.0.2.17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-19 06:25:18.315087');
INSERT INTO audit_logs VALUES(21,1,'login','auth',NULL,'192.0.2.17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-20 21:21:57.706277');
INSERT INTO audit_logs VALUES(22,1,'login','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-22 09:52:17.868291');
INSERT INTO audit_logs VALUES(23,1,'logout','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success',NULL,'2025-11-23 08:51:32.200068');
INSERT INTO audit_logs VALUES(24,1,'login','auth',NULL,'192.0.2.17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-24 18:43:19.268992');
INSERT INTO audit_logs VALUES(25,1,'login','auth',NULL,'192.0.2.17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-26 06:40:19.032232');
INSERT INTO audit_logs VALUES(26,1,'login','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-27 15:55:07.915582');
INSERT INTO audit_logs VALUES(27,1,'logout','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success',NULL,'2025-11-27 17:46:14.878977');
INSERT INTO audit_logs VALUES(28,1,'login','auth',NULL,'2001:db8::17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-28 03:33:22.355309');
INSERT INTO audit_logs VALUES(29,1,'login','auth',NULL,'2001:db8::17','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-28 10:04:49.878792');
INSERT INTO audit_logs VALUES(30,1,'update','user',1,'192.0.2.17','Mozilla/5.0 (X11; Linux x86_64)','success','{"field": "department", "to": "Operations"}','2025-11-28 12:34:14.029733');
INSERT INTO audit_logs VALUES(31,1,'login','auth',NULL,'198.51.100.4','Mozilla/5.0 (X11; Linux x86_64)','success','{"method": "password"}','2025-11-29 06:18:59.993926');
INSERT INTO audit_logs VALUES(32,1,'logout','auth',NULL,'2001:db8::17','Mozilla/5.0 (X11; Linux x86_64)','success',NULL,'2025-11-30 10:02:16.028557');
COMMIT;
