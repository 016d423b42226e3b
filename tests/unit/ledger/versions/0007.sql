BEGIN TRANSACTION;
CREATE TABLE access_requests (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	wants JSON NOT NULL, 
	why TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	asked_at DATETIME NOT NULL, 
	state TEXT NOT NULL, 
	answered_by TEXT, 
	answered_at DATETIME, 
	answer TEXT, 
	expires_at DATETIME
);
CREATE TABLE api_keys (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	prefix TEXT NOT NULL, 
	secret_hash TEXT NOT NULL, 
	scopes JSON NOT NULL, 
	created_by TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	revoked_at DATETIME, 
	last_used_at DATETIME, 
	replaced_by BIGINT, 
	UNIQUE (prefix)
);
CREATE TABLE applied_charters (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	applied_at DATETIME NOT NULL, 
	actor TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	files JSON NOT NULL
);
INSERT INTO "applied_charters" VALUES(1,'2026-06-01 12:00:00.000000','ada','c1','{"tandem.toml": "name = \"Harbour & Pine\"\n"}');
CREATE TABLE approvals (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	fingerprint TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	withdrawn_at DATETIME, 
	used_at DATETIME
);
CREATE TABLE audit (
	number BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	kind TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	what TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	purpose TEXT, 
	person_id BIGINT, 
	detail JSON NOT NULL, 
	previous TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE audit_head (
	id INTEGER NOT NULL, 
	number BIGINT NOT NULL, 
	hash TEXT NOT NULL, 
	seal TEXT NOT NULL, 
	PRIMARY KEY (id)
);
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
CREATE TABLE brief_versions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	brief_id BIGINT NOT NULL, 
	version INTEGER NOT NULL, 
	content JSON NOT NULL, 
	at DATETIME NOT NULL, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	function TEXT, 
	after_commitment BOOLEAN NOT NULL, 
	reason TEXT NOT NULL, 
	UNIQUE (brief_id, version), 
	FOREIGN KEY(brief_id) REFERENCES briefs (id)
);
INSERT INTO "brief_versions" VALUES(1,1,1,'{"title": "Welcome letters", "who": "new buyers"}','2026-06-01 12:00:00.000000','ada@harbourpine.example','marketer','marketing',0,'');
INSERT INTO "brief_versions" VALUES(2,1,2,'{"title": "Welcome letters", "who": "new buyers, web only"}','2026-06-03 12:00:00.000000','ada@harbourpine.example','marketer','marketing',1,'the stores are not ready');
CREATE TABLE briefs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	made_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	withdrawn_at DATETIME, 
	withdrawn_by TEXT
);
INSERT INTO "briefs" VALUES(1,'ada@harbourpine.example','marketer','2026-06-01 12:00:00.000000',2,NULL,NULL);
CREATE TABLE commitment_steps (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	commitment_id BIGINT NOT NULL, 
	step TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	function TEXT, 
	version INTEGER, 
	due DATETIME NOT NULL, 
	reason TEXT NOT NULL, 
	FOREIGN KEY(commitment_id) REFERENCES commitments (id)
);
INSERT INTO "commitment_steps" VALUES(1,1,'made','2026-06-02 12:00:00.000000','ben@harbourpine.example','engineer','it',1,'2026-06-12 12:00:00.000000','');
CREATE TABLE commitments (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind TEXT NOT NULL, 
	brief_id BIGINT, 
	brief_version INTEGER, 
	agreed_version INTEGER, 
	what TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	function TEXT, 
	at DATETIME NOT NULL, 
	due DATETIME NOT NULL, 
	state TEXT NOT NULL, 
	kept_at DATETIME, 
	kept_by TEXT, 
	accepted_at DATETIME, 
	accepted_by TEXT, 
	withdrawn_at DATETIME, 
	withdrawn_by TEXT, 
	FOREIGN KEY(brief_id) REFERENCES briefs (id)
);
INSERT INTO "commitments" VALUES(1,'commitment',1,1,1,'Welcome letters','ben@harbourpine.example','engineer','it','2026-06-02 12:00:00.000000','2026-06-12 12:00:00.000000','open',NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE jobs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind TEXT NOT NULL, 
	arguments JSON NOT NULL, 
	state TEXT NOT NULL, 
	alone BOOLEAN NOT NULL, 
	step TEXT NOT NULL, 
	done BIGINT NOT NULL, 
	total BIGINT NOT NULL, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	started_at DATETIME, 
	heartbeat_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	cancel_asked BOOLEAN NOT NULL, 
	holder TEXT, 
	log TEXT, 
	result JSON, 
	problems JSON NOT NULL
);
INSERT INTO "jobs" VALUES(1,'run','{"now": null}','running',1,'collecting till',1,3,'ada','marketer','2026-06-01 12:00:00.000000','2026-06-01 12:00:00.000000','2026-06-01 12:00:01.000000',NULL,0,'process 1 on elsewhere',NULL,NULL,'[]');
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
INSERT INTO "ledger_version" VALUES('0007');
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
CREATE TABLE person_requests (
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	regulation TEXT NOT NULL, 
	state TEXT NOT NULL, 
	subjects JSON NOT NULL, 
	asked_by TEXT NOT NULL, 
	asked_at DATETIME NOT NULL, 
	due_at DATETIME NOT NULL, 
	done_at DATETIME, 
	receipt JSON, 
	signature TEXT, 
	extra JSON NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE priority_rankings (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	function TEXT NOT NULL, 
	about TEXT NOT NULL, 
	places JSON NOT NULL, 
	at DATETIME NOT NULL
);
INSERT INTO "priority_rankings" VALUES(1,'ada@harbourpine.example','marketer','marketing','own','{"one_view": 1, "faster_data": 2}','2026-06-01 12:00:00.000000');
CREATE TABLE pulse_answers (
	id TEXT NOT NULL, 
	pulse TEXT NOT NULL, 
	side TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT, 
	answers JSON NOT NULL, 
	day DATE, 
	seconds INTEGER, 
	started_at DATETIME, 
	resume_hash TEXT, 
	invitation TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (resume_hash)
)
 WITHOUT ROWID

;
INSERT INTO "pulse_answers" VALUES('3e30aa5e7226925ec0471a54114827ac','autumn','it','draft',NULL,'{"said": {"NEED": 1}, "at": "need"}',NULL,NULL,'2026-06-15 01:00:00.000000','h1',NULL);
INSERT INTO "pulse_answers" VALUES('a033ea6707f267029b3cc3f9f8d3da11','autumn','marketing','complete',NULL,'{"NEED": 1}','2026-06-15',300,NULL,NULL,NULL);
CREATE TABLE pulse_invitations (
	id TEXT NOT NULL, 
	pulse TEXT NOT NULL, 
	address TEXT NOT NULL, 
	side TEXT NOT NULL, 
	state TEXT NOT NULL, 
	letters INTEGER NOT NULL, 
	sent_at DATETIME, 
	detail TEXT, 
	PRIMARY KEY (id)
)
 WITHOUT ROWID

;
INSERT INTO "pulse_invitations" VALUES('i1','autumn','bo@harbourpine.example','it','waiting',0,NULL,NULL);
INSERT INTO "pulse_invitations" VALUES('i2','autumn','cy@harbourpine.example','marketing','done',0,NULL,NULL);
CREATE TABLE pulse_quotas (
	pulse TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	kept INTEGER NOT NULL, 
	PRIMARY KEY (pulse, number)
)
 WITHOUT ROWID

;
CREATE TABLE pulses (
	name TEXT NOT NULL, 
	instrument TEXT NOT NULL, 
	definition TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	form TEXT NOT NULL, 
	anonymous BOOLEAN NOT NULL, 
	opened_by TEXT NOT NULL, 
	opened_at DATETIME NOT NULL, 
	closes_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	closed_by TEXT, 
	PRIMARY KEY (name)
);
INSERT INTO "pulses" VALUES('autumn','alignment','name: alignment
','f1','short',1,'ada','2026-06-15 01:00:00.000000','2026-07-01 00:00:00.000000',NULL,NULL);
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
CREATE TABLE sessions (
	token_hash TEXT NOT NULL, 
	user_id BIGINT NOT NULL, 
	csrf TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_seen_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(user_id) REFERENCES users (id)
);
INSERT INTO "sessions" VALUES('3d9faf05076d913790b158532f05c31b44cb11fbab54f021e036110c7b8f1041',1,'tsXDATw7ZZyCTyux7vXNGEt-hWuKiBuNCTG5yP-VvxY','2026-06-01 12:00:00.000000','2026-06-01 12:00:00.000000','2026-06-02 00:00:00.000000');
CREATE TABLE sign_in_attempts (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	address TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	ok BOOLEAN NOT NULL
);
INSERT INTO "sign_in_attempts" VALUES(1,'ada@harbourpine.example','198.51.100.7','2026-06-01 12:00:00.000000',1);
CREATE TABLE simulated_clock (
	id INTEGER NOT NULL, 
	now DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "simulated_clock" VALUES(1,'2026-06-15 01:00:00.000000');
CREATE TABLE told_counts (
	number INTEGER NOT NULL, 
	page BIGINT, 
	name TEXT NOT NULL, 
	people BIGINT NOT NULL, 
	cells BLOB, 
	told JSON, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "told_counts" VALUES(1,NULL,'',120,X'0000000000000000','{"people": 120}','2026-06-01 12:00:00.000000');
INSERT INTO "told_counts" VALUES(2,1,'mail',120,NULL,'[["", "", {"people": 70}]]','2026-06-01 12:00:00.000000');
CREATE TABLE users (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	display TEXT NOT NULL, 
	role TEXT NOT NULL, 
	password_hash TEXT, 
	oidc_issuer TEXT, 
	oidc_subject TEXT, 
	active BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	UNIQUE (oidc_issuer, oidc_subject), 
	UNIQUE (name)
);
INSERT INTO "users" VALUES(1,'ada@harbourpine.example','Ada Lark','marketer','$argon2id$v=19$m=8,t=1,p=1$JAPHNJUa7TohBc+1l1tn/w$UZjiEIbnNXh39lWWL26NPfk5Q5uxDYsP5xik27KKdG0','https://login.harbourpine.example','s-1',1,'2026-06-01 12:00:00.000000');
CREATE TABLE watermarks (
	stage TEXT NOT NULL, 
	version BIGINT NOT NULL, 
	PRIMARY KEY (stage)
);
INSERT INTO "watermarks" VALUES('identity',4);
CREATE UNIQUE INDEX one_open_batch ON batches (source) WHERE state = 'planned';
CREATE INDEX outbox_queue ON outbox (campaign, channel, state, contact_id);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX attempts_in_time ON sign_in_attempts (at);
CREATE UNIQUE INDEX one_job_alone ON jobs (alone) WHERE alone AND state IN ('queued', 'running');
CREATE INDEX audit_of_person ON audit (person_id, number);
CREATE INDEX audit_of_kind ON audit (kind, number);
CREATE INDEX approvals_of_plan ON approvals (fingerprint);
CREATE INDEX access_requests_open ON access_requests (state, id);
CREATE UNIQUE INDEX one_commitment ON commitments (brief_id) WHERE kind = 'commitment' AND state <> 'withdrawn';
CREATE INDEX commitments_open ON commitments (state, id);
CREATE INDEX steps_of_commitment ON commitment_steps (commitment_id, id);
CREATE INDEX rankings_of_actor ON priority_rankings (actor, about, id);
CREATE INDEX invitations_of_pulse ON pulse_invitations (pulse, state);
CREATE INDEX answers_of_pulse ON pulse_answers (pulse, state);
CREATE INDEX told_counts_of_page ON told_counts (page, name, number);
CREATE INDEX told_counts_by_people ON told_counts (people);
CREATE INDEX told_counts_by_time ON told_counts (at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('applied_charters',1);
INSERT INTO "sqlite_sequence" VALUES('batches',2);
INSERT INTO "sqlite_sequence" VALUES('runs',1);
INSERT INTO "sqlite_sequence" VALUES('users',1);
INSERT INTO "sqlite_sequence" VALUES('sign_in_attempts',1);
INSERT INTO "sqlite_sequence" VALUES('jobs',1);
INSERT INTO "sqlite_sequence" VALUES('briefs',1);
INSERT INTO "sqlite_sequence" VALUES('brief_versions',2);
INSERT INTO "sqlite_sequence" VALUES('commitments',1);
INSERT INTO "sqlite_sequence" VALUES('commitment_steps',1);
INSERT INTO "sqlite_sequence" VALUES('priority_rankings',1);
COMMIT;
