PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE studies (
	study_id INTEGER NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	PRIMARY KEY (study_id)
);
INSERT INTO studies VALUES(1,'st');
INSERT INTO studies VALUES(2,'s2');
CREATE TABLE version_info (
	version_info_id INTEGER NOT NULL, 
	schema_version INTEGER, 
	library_version VARCHAR(256), 
	PRIMARY KEY (version_info_id), 
	CHECK (version_info_id=1)
);
INSERT INTO version_info VALUES(1,12,'5.0.0');
CREATE TABLE study_directions (
	study_direction_id INTEGER NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	study_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	PRIMARY KEY (study_direction_id), 
	UNIQUE (study_id, objective), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO study_directions VALUES(1,'MINIMIZE',1,0);
INSERT INTO study_directions VALUES(2,'MAXIMIZE',1,1);
INSERT INTO study_directions VALUES(3,'MINIMIZE',2,0);
CREATE TABLE study_user_attributes (
	study_user_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_user_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE study_system_attributes (
	study_system_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_system_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE trials (
	trial_id INTEGER NOT NULL, 
	number INTEGER, 
	study_id INTEGER, 
	state VARCHAR(8) NOT NULL, 
	datetime_start DATETIME, 
	datetime_complete DATETIME, 
	PRIMARY KEY (trial_id), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO trials VALUES(1,0,1,'COMPLETE','2026-11-25 20:10:16.589978','2026-11-25 20:10:16.647632');
INSERT INTO trials VALUES(2,1,1,'COMPLETE','2026-11-25 20:10:16.730288','2026-11-25 20:10:16.763915');
INSERT INTO trials VALUES(3,2,1,'COMPLETE','2026-11-25 20:10:16.774725','2026-11-25 20:10:16.810485');
INSERT INTO trials VALUES(4,3,1,'COMPLETE','2026-11-25 20:10:16.818434','2026-11-25 20:10:16.842276');
INSERT INTO trials VALUES(5,0,2,'COMPLETE','2026-11-25 20:10:16.880748','2026-11-25 20:10:16.917863');
INSERT INTO trials VALUES(6,1,2,'COMPLETE','2026-11-25 20:10:16.925437','2026-11-25 20:10:16.947165');
INSERT INTO trials VALUES(7,2,2,'COMPLETE','2026-11-25 20:10:16.954315','2026-11-25 20:10:16.974963');
CREATE TABLE trial_user_attributes (
	trial_user_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_user_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO trial_user_attributes VALUES(1,1,'note','"\u00fc"');
INSERT INTO trial_user_attributes VALUES(2,2,'note','"\u00fc"');
INSERT INTO trial_user_attributes VALUES(3,3,'note','"\u00fc"');
INSERT INTO trial_user_attributes VALUES(4,4,'note','"\u00fc"');
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_params (
	param_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	param_name VARCHAR(512), 
	param_value FLOAT, 
	distribution_json TEXT, 
	PRIMARY KEY (param_id), 
	UNIQUE (trial_id, param_name), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO trial_params VALUES(1,1,'x',8.8671151661353384554,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -10.0, "high": 10.0, "log": false}}');
INSERT INTO trial_params VALUES(2,1,'y',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", "b"]}}');
INSERT INTO trial_params VALUES(3,1,'z',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 5}}');
INSERT INTO trial_params VALUES(4,2,'x',-8.1700617972489357754,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -10.0, "high": 10.0, "log": false}}');
INSERT INTO trial_params VALUES(5,2,'y',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", "b"]}}');
INSERT INTO trial_params VALUES(6,2,'z',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 5}}');
INSERT INTO trial_params VALUES(7,3,'x',-8.4593154080873702582,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -10.0, "high": 10.0, "log": false}}');
INSERT INTO trial_params VALUES(8,3,'y',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", "b"]}}');
INSERT INTO trial_params VALUES(9,3,'z',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 5}}');
INSERT INTO trial_params VALUES(10,4,'x',7.9269940368793534446,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -10.0, "high": 10.0, "log": false}}');
INSERT INTO trial_params VALUES(11,4,'y',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", "b"]}}');
INSERT INTO trial_params VALUES(12,4,'z',5.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 5}}');
INSERT INTO trial_params VALUES(13,5,'x',0.00056887737747203612637,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 1.0, "log": true}}');
INSERT INTO trial_params VALUES(14,6,'x',0.0096206010030835797247,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 1.0, "log": true}}');
INSERT INTO trial_params VALUES(15,7,'x',0.13536874036131302245,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 1.0, "log": true}}');
CREATE TABLE trial_values (
	trial_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	value FLOAT, 
	value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_value_id), 
	UNIQUE (trial_id, objective), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO trial_values VALUES(1,1,0,78.625731369507334987,'FINITE');
INSERT INTO trial_values VALUES(2,1,1,2.0,'FINITE');
INSERT INTO trial_values VALUES(3,2,0,66.749909770866509006,'FINITE');
INSERT INTO trial_values VALUES(4,2,1,NULL,'INF_POS');
INSERT INTO trial_values VALUES(5,3,0,71.560017173504391506,'FINITE');
INSERT INTO trial_values VALUES(6,3,1,3.0,'FINITE');
INSERT INTO trial_values VALUES(7,4,0,62.837234460720829075,'FINITE');
INSERT INTO trial_values VALUES(8,4,1,5.0,'FINITE');
INSERT INTO trial_values VALUES(9,5,0,0.00056887737747203612637,'FINITE');
INSERT INTO trial_values VALUES(10,6,0,0.0096206010030835797247,'FINITE');
INSERT INTO trial_values VALUES(11,7,0,0.13536874036131302245,'FINITE');
CREATE TABLE trial_intermediate_values (
	trial_intermediate_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	intermediate_value FLOAT, 
	intermediate_value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_intermediate_value_id), 
	UNIQUE (trial_id, step), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO trial_intermediate_values VALUES(1,5,1,0.0,'FINITE');
INSERT INTO trial_intermediate_values VALUES(2,5,2,NULL,'NAN');
INSERT INTO trial_intermediate_values VALUES(3,6,1,1.5,'FINITE');
INSERT INTO trial_intermediate_values VALUES(4,6,2,NULL,'NAN');
INSERT INTO trial_intermediate_values VALUES(5,7,1,3.0,'FINITE');
INSERT INTO trial_intermediate_values VALUES(6,7,2,NULL,'NAN');
CREATE TABLE trial_heartbeats (
	trial_heartbeat_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	heartbeat DATETIME NOT NULL, 
	PRIMARY KEY (trial_heartbeat_id), 
	UNIQUE (trial_id), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES('v3.2.0.a');
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE INDEX ix_trials_study_id ON trials (study_id);
COMMIT;
