BEGIN TRANSACTION;
CREATE TABLE applied_charters (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	applied_at DATETIME NOT NULL, 
	actor TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	files JSON NOT NULL
);
INSERT INTO "applied_charters" VALUES(1,'2026-06-01 12:00:00.000000','ada','c1','{"tandem.toml": "name = \"Harbour & Pine\"\n"}');
CREATE TABLE batch_files (
	batch_id BIGINT NOT NULL, 
	path TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	PRIMARY KEY (batch_id, path), 
	FOREIGN KEY(batch_id) REFERENCES batches (id)
);
INSERT INTO "batch_files" VALUES(1,'data/till/2025-06.csv.gz','f1');
INSERT INTO "batch_files" VALUES(2,'data/till/2025-07.csv.gz','f2');
CREATE TABLE batches (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	source TEXT NOT NULL, 
	state TEXT NOT NULL, 
	planned_at DATETIME NOT NULL, 
	done_at DATETIME
);
INSERT INTO "batches" VALUES(1,'till','done','2026-06-01 12:00:00.000000','2026-06-01 12:00:00.000000');
INSERT INTO "batches" VALUES(2,'till','planned','2026-06-01 12:00:00.000000',NULL);
CREATE TABLE leases (
	name TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	taken_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE ledger_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT ledger_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "ledger_version" VALUES('0001');
CREATE TABLE outbox (
	contact_id BIGINT NOT NULL, 
	campaign TEXT NOT NULL, 
	person_id BIGINT NOT NULL, 
	channel TEXT NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	message_id TEXT, 
	detail TEXT, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	PRIMARY KEY (contact_id)
);
INSERT INTO "outbox" VALUES(11,'winback',21,'email','sent',1,'<11@harbourpine.example>','250 accepted','2026-06-01 12:00:00.000000','2026-06-01 12:00:00.000000');
INSERT INTO "outbox" VALUES(12,'winback',22,'email','pending',0,NULL,NULL,'2026-06-01 12:00:00.000000','2026-06-01 12:00:00.000000');
CREATE TABLE runs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	state TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	now_used DATETIME NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	summary JSON
);
INSERT INTO "runs" VALUES(1,'done','system','2026-06-01 12:00:00.000000','2026-06-01 12:00:00.000000','2026-06-01 12:00:00.000000','{"landed": 12}');
CREATE TABLE watermarks (
	stage TEXT NOT NULL, 
	version BIGINT NOT NULL, 
	PRIMARY KEY (stage)
);
INSERT INTO "watermarks" VALUES('identity',4);
CREATE UNIQUE INDEX one_open_batch ON batches (source) WHERE state = 'planned';
CREATE INDEX outbox_queue ON outbox (campaign, channel, state, contact_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('applied_charters',1);
INSERT INTO "sqlite_sequence" VALUES('batches',2);
INSERT INTO "sqlite_sequence" VALUES('runs',1);
COMMIT;
