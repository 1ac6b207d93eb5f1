CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE book (
	id INTEGER NOT NULL, 
	folder_name TEXT NOT NULL, 
	record TEXT NOT NULL, 
	form TEXT NOT NULL, 
	place TEXT NOT NULL, 
	place_code TEXT NOT NULL, 
	volume TEXT NOT NULL, 
	opened_on TEXT NOT NULL, 
	closed_on TEXT NOT NULL, 
	entries INTEGER, 
	pages INTEGER, 
	CONSTRAINT pk_book PRIMARY KEY (id), 
	CONSTRAINT uq_book_record_place_code_volume_folder_name UNIQUE (record, place_code, volume, folder_name)
);
CREATE TABLE scan (
	id INTEGER NOT NULL, 
	book_id INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	name TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	pages INTEGER NOT NULL, 
	CONSTRAINT pk_scan PRIMARY KEY (id), 
	CONSTRAINT fk_scan_book_id FOREIGN KEY(book_id) REFERENCES book (id), 
	CONSTRAINT uq_scan_book_id_sha256 UNIQUE (book_id, sha256)
);
CREATE INDEX ix_scan_sha256 ON scan (sha256);
CREATE TABLE page (
	id INTEGER NOT NULL, 
	scan_id INTEGER NOT NULL, 
	page_no INTEGER NOT NULL, 
	CONSTRAINT pk_page PRIMARY KEY (id), 
	CONSTRAINT fk_page_scan_id FOREIGN KEY(scan_id) REFERENCES scan (id), 
	CONSTRAINT uq_page_scan_id_page_no UNIQUE (scan_id, page_no)
);
CREATE TABLE page_run (
	id INTEGER NOT NULL, 
	page_id INTEGER NOT NULL, 
	fingerprint TEXT NOT NULL, 
	latest BOOLEAN NOT NULL, 
	saved_at DATETIME NOT NULL, 
	kind TEXT NOT NULL, 
	form TEXT NOT NULL, 
	size JSON NOT NULL, 
	matrix JSON NOT NULL, 
	turn INTEGER NOT NULL, 
	skew FLOAT NOT NULL, 
	quality JSON NOT NULL, 
	timings JSON NOT NULL, hand_reader TEXT, 
	CONSTRAINT pk_page_run PRIMARY KEY (id), 
	CONSTRAINT fk_page_run_page_id FOREIGN KEY(page_id) REFERENCES page (id)
);
CREATE INDEX ix_page_run_page_id ON page_run (page_id);
CREATE UNIQUE INDEX uq_page_run_latest ON page_run (page_id) WHERE latest;
CREATE TABLE page_failure (
	id INTEGER NOT NULL, 
	book_id INTEGER NOT NULL, 
	scan_sha256 TEXT NOT NULL, 
	scan_name TEXT NOT NULL, 
	page_no INTEGER, 
	code TEXT NOT NULL, 
	message TEXT NOT NULL, 
	failed_at DATETIME NOT NULL, 
	CONSTRAINT pk_page_failure PRIMARY KEY (id), 
	CONSTRAINT fk_page_failure_book_id FOREIGN KEY(book_id) REFERENCES book (id)
);
CREATE INDEX ix_page_failure_book_id ON page_failure (book_id);
CREATE TABLE entry (
	id INTEGER NOT NULL, 
	page_id INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	record TEXT NOT NULL, 
	found BOOLEAN NOT NULL, 
	stands BOOLEAN NOT NULL, 
	accepted BOOLEAN NOT NULL, 
	number TEXT, 
	year INTEGER, 
	number_text TEXT NOT NULL, unaccepted JSON, 
	CONSTRAINT pk_entry PRIMARY KEY (id), 
	CONSTRAINT fk_entry_page_id FOREIGN KEY(page_id) REFERENCES page (id), 
	CONSTRAINT uq_entry_page_id_row UNIQUE (page_id, "row")
);
CREATE TABLE reading (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	page_run_id INTEGER NOT NULL, 
	entry_id INTEGER NOT NULL, 
	field TEXT NOT NULL, 
	status TEXT NOT NULL, 
	text TEXT NOT NULL, 
	canonical TEXT NOT NULL, 
	confidence FLOAT NOT NULL, 
	writing TEXT NOT NULL, 
	engine TEXT NOT NULL, 
	box JSON, 
	lines JSON NOT NULL, 
	accepted BOOLEAN NOT NULL, hypotheses JSON, evidence JSON, 
	CONSTRAINT fk_reading_page_run_id FOREIGN KEY(page_run_id) REFERENCES page_run (id), 
	CONSTRAINT fk_reading_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id), 
	CONSTRAINT uq_reading_page_run_id_entry_id_field UNIQUE (page_run_id, entry_id, field)
);
CREATE TABLE sqlite_sequence(name,seq);
CREATE INDEX ix_reading_entry_id ON reading (entry_id);
CREATE TABLE finding (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	page_run_id INTEGER NOT NULL, 
	entry_id INTEGER, 
	code TEXT NOT NULL, 
	severity TEXT NOT NULL, 
	fields JSON NOT NULL, 
	details JSON NOT NULL, 
	CONSTRAINT fk_finding_page_run_id FOREIGN KEY(page_run_id) REFERENCES page_run (id), 
	CONSTRAINT fk_finding_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
);
CREATE INDEX ix_finding_page_run_id ON finding (page_run_id);
CREATE INDEX ix_finding_entry_id ON finding (entry_id);
CREATE TABLE review_task (
	id INTEGER NOT NULL, 
	page_id INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	entry_id INTEGER, 
	state TEXT NOT NULL, 
	reasons JSON NOT NULL, 
	fields JSON NOT NULL, 
	reopened BOOLEAN NOT NULL, 
	version INTEGER NOT NULL, 
	opened_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	CONSTRAINT pk_review_task PRIMARY KEY (id), 
	CONSTRAINT fk_review_task_page_id FOREIGN KEY(page_id) REFERENCES page (id), 
	CONSTRAINT fk_review_task_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id), 
	CONSTRAINT uq_review_task_page_id_row UNIQUE (page_id, "row")
);
CREATE INDEX ix_review_task_entry_id ON review_task (entry_id);
CREATE INDEX ix_review_task_state ON review_task (state);
CREATE TABLE decision (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	book_id INTEGER NOT NULL, 
	scan_sha256 TEXT NOT NULL, 
	page_no INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	field TEXT NOT NULL, 
	status TEXT NOT NULL, 
	text TEXT NOT NULL, 
	canonical TEXT NOT NULL, 
	author TEXT NOT NULL, 
	decided_at DATETIME NOT NULL, 
	reason TEXT NOT NULL, 
	seen_fingerprint TEXT NOT NULL, 
	seen_status TEXT, 
	seen_text TEXT, 
	seen_canonical TEXT, 
	CONSTRAINT fk_decision_book_id FOREIGN KEY(book_id) REFERENCES book (id)
);
CREATE INDEX ix_decision_book_id_scan_sha256_page_no_row ON decision (book_id, scan_sha256, page_no, "row");
CREATE TABLE birth_record (
	entry_id INTEGER NOT NULL, 
	entry_number TEXT, 
	volume_number TEXT, 
	page_number TEXT, 
	registered_on TEXT, 
	registration_type TEXT, 
	registration_place TEXT, 
	signer_name TEXT, 
	signer_title TEXT, 
	registrar_name TEXT, 
	notes TEXT, 
	child_id_number TEXT, 
	child_name TEXT, 
	child_sex TEXT, 
	child_born_on TEXT, 
	child_born_on_words TEXT, 
	child_birth_place TEXT, 
	child_birth_place_unit TEXT, 
	child_native_place TEXT, 
	child_ethnicity TEXT, 
	child_nationality TEXT, 
	child_nationality_text TEXT, 
	child_other_nationality TEXT, 
	child_other_nationality_text TEXT, 
	birth_type TEXT, 
	missing_declared TEXT, 
	missing_declared_noted_on TEXT, 
	missing_declared_basis TEXT, 
	missing_revoked_noted_on TEXT, 
	missing_revoked_basis TEXT, 
	incapacity_declared TEXT, 
	incapacity_declared_noted_on TEXT, 
	incapacity_declared_basis TEXT, 
	incapacity_revoked_noted_on TEXT, 
	incapacity_revoked_basis TEXT, 
	mother_id_number TEXT, 
	mother_name TEXT, 
	mother_born_on TEXT, 
	mother_ethnicity TEXT, 
	mother_nationality TEXT, 
	mother_nationality_text TEXT, 
	mother_other_nationality TEXT, 
	mother_other_nationality_text TEXT, 
	mother_residence_type TEXT, 
	mother_residence_place TEXT, 
	mother_paper_type TEXT, 
	mother_paper_number TEXT, 
	father_id_number TEXT, 
	father_name TEXT, 
	father_born_on TEXT, 
	father_ethnicity TEXT, 
	father_nationality TEXT, 
	father_nationality_text TEXT, 
	father_other_nationality TEXT, 
	father_other_nationality_text TEXT, 
	father_residence_type TEXT, 
	father_residence_place TEXT, 
	father_paper_type TEXT, 
	father_paper_number TEXT, 
	declarant_name TEXT, 
	declarant_relation TEXT, 
	declarant_paper_type TEXT, 
	declarant_other_paper TEXT, 
	declarant_paper_number TEXT, 
	declarant_paper_issued_on TEXT, 
	declarant_paper_issued_place TEXT, 
	foreign_registration_number TEXT, 
	foreign_registered_on TEXT, 
	foreign_registration_authority TEXT, 
	foreign_registration_country TEXT, 
	CONSTRAINT pk_birth_record PRIMARY KEY (entry_id), 
	CONSTRAINT fk_birth_record_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
);
CREATE TABLE death_record (
	entry_id INTEGER NOT NULL, 
	entry_number TEXT, 
	volume_number TEXT, 
	page_number TEXT, 
	registered_on TEXT, 
	registration_type TEXT, 
	registration_place TEXT, 
	signer_name TEXT, 
	signer_title TEXT, 
	registrar_name TEXT, 
	notes TEXT, 
	deceased_name TEXT, 
	deceased_sex TEXT, 
	deceased_born_on TEXT, 
	deceased_ethnicity TEXT, 
	deceased_nationality TEXT, 
	deceased_other_nationality TEXT, 
	deceased_residence_type TEXT, 
	deceased_residence_place TEXT, 
	deceased_paper_type TEXT, 
	deceased_other_paper TEXT, 
	deceased_paper_number TEXT, 
	deceased_paper_issued_on TEXT, 
	deceased_paper_issued_place TEXT, 
	deceased_died_on TEXT, 
	deceased_died_on_words TEXT, 
	deceased_died_at TEXT, 
	deceased_death_place TEXT, 
	deceased_death_cause TEXT, 
	death_declared TEXT, 
	death_declared_noted_on TEXT, 
	death_declared_basis TEXT, 
	death_revoked_noted_on TEXT, 
	death_revoked_basis TEXT, 
	death_notice_type TEXT, 
	death_notice_number TEXT, 
	death_notice_issued_on TEXT, 
	death_notice_issuer TEXT, 
	declarant_name TEXT, 
	declarant_relation TEXT, 
	declarant_paper_type TEXT, 
	declarant_other_paper TEXT, 
	declarant_paper_number TEXT, 
	declarant_paper_issued_on TEXT, 
	declarant_paper_issued_place TEXT, 
	foreign_registration_number TEXT, 
	foreign_registered_on TEXT, 
	foreign_registration_authority TEXT, 
	foreign_registration_country TEXT, deceased_age_group TEXT, 
	CONSTRAINT pk_death_record PRIMARY KEY (entry_id), 
	CONSTRAINT fk_death_record_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
);
CREATE TABLE marriage_record (
	entry_id INTEGER NOT NULL, 
	entry_number TEXT, 
	volume_number TEXT, 
	page_number TEXT, 
	registered_on TEXT, 
	registration_type TEXT, 
	registration_place TEXT, 
	signer_name TEXT, 
	signer_title TEXT, 
	established_on TEXT, 
	registrar_name TEXT, 
	notes TEXT, 
	marriage_state TEXT, 
	annulled_noted_on TEXT, 
	annulled_basis TEXT, 
	recognized_noted_on TEXT, 
	recognized_basis TEXT, 
	husband_name TEXT, 
	husband_born_on TEXT, 
	husband_ethnicity TEXT, 
	husband_nationality TEXT, 
	husband_other_nationality TEXT, 
	husband_residence_type TEXT, 
	husband_residence_place TEXT, 
	husband_paper_type TEXT, 
	husband_other_paper TEXT, 
	husband_paper_number TEXT, 
	husband_paper_issued_on TEXT, 
	husband_paper_issued_place TEXT, 
	wife_name TEXT, 
	wife_born_on TEXT, 
	wife_ethnicity TEXT, 
	wife_nationality TEXT, 
	wife_other_nationality TEXT, 
	wife_residence_type TEXT, 
	wife_residence_place TEXT, 
	wife_paper_type TEXT, 
	wife_other_paper TEXT, 
	wife_paper_number TEXT, 
	wife_paper_issued_on TEXT, 
	wife_paper_issued_place TEXT, 
	foreign_registration_number TEXT, 
	foreign_registered_on TEXT, 
	foreign_registration_authority TEXT, 
	foreign_registration_country TEXT, 
	CONSTRAINT pk_marriage_record PRIMARY KEY (entry_id), 
	CONSTRAINT fk_marriage_record_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
);
CREATE TRIGGER reading_no_update BEFORE UPDATE ON reading BEGIN SELECT RAISE(ABORT, 'reading is append-only'); END;
CREATE TRIGGER reading_no_delete BEFORE DELETE ON reading BEGIN SELECT RAISE(ABORT, 'reading is append-only'); END;
CREATE TRIGGER reading_no_replace BEFORE INSERT ON reading WHEN EXISTS (SELECT 1 FROM reading WHERE id = NEW.id OR (page_run_id = NEW.page_run_id AND entry_id = NEW.entry_id AND field = NEW.field)) BEGIN SELECT RAISE(ABORT, 'reading is append-only'); END;
CREATE TRIGGER finding_no_update BEFORE UPDATE ON finding BEGIN SELECT RAISE(ABORT, 'finding is append-only'); END;
CREATE TRIGGER finding_no_delete BEFORE DELETE ON finding BEGIN SELECT RAISE(ABORT, 'finding is append-only'); END;
CREATE TRIGGER finding_no_replace BEFORE INSERT ON finding WHEN EXISTS (SELECT 1 FROM finding WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'finding is append-only'); END;
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER decision_no_replace BEFORE INSERT ON decision WHEN EXISTS (SELECT 1 FROM decision WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TABLE resolved_place (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	entry_id INTEGER NOT NULL, 
	field TEXT NOT NULL, 
	text TEXT, 
	as_of TEXT NOT NULL, 
	state TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	standing TEXT NOT NULL, 
	spelled BOOLEAN NOT NULL, 
	province TEXT NOT NULL, 
	district TEXT NOT NULL, 
	commune TEXT NOT NULL, 
	candidates JSON NOT NULL, 
	gazetteer TEXT NOT NULL, 
	resolved_at DATETIME NOT NULL, 
	CONSTRAINT fk_resolved_place_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
);
CREATE INDEX ix_resolved_place_entry_id_field ON resolved_place (entry_id, field);
CREATE TRIGGER resolved_place_no_update BEFORE UPDATE ON resolved_place BEGIN SELECT RAISE(ABORT, 'resolved_place is append-only'); END;
CREATE TRIGGER resolved_place_no_delete BEFORE DELETE ON resolved_place BEGIN SELECT RAISE(ABORT, 'resolved_place is append-only'); END;
CREATE TRIGGER resolved_place_no_replace BEFORE INSERT ON resolved_place WHEN EXISTS (SELECT 1 FROM resolved_place WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'resolved_place is append-only'); END;
CREATE TABLE book_finding (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	book_id INTEGER NOT NULL, 
	page_id INTEGER NOT NULL, 
	entry_id INTEGER, 
	code TEXT NOT NULL, 
	severity TEXT NOT NULL, 
	fields JSON NOT NULL, 
	details JSON NOT NULL, 
	raised_at DATETIME NOT NULL, 
	cleared_at DATETIME, 
	CONSTRAINT fk_book_finding_book_id FOREIGN KEY(book_id) REFERENCES book (id), 
	CONSTRAINT fk_book_finding_page_id FOREIGN KEY(page_id) REFERENCES page (id), 
	CONSTRAINT fk_book_finding_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
);
CREATE INDEX ix_book_finding_book_id ON book_finding (book_id);
CREATE INDEX ix_book_finding_page_id ON book_finding (page_id);
CREATE INDEX ix_book_finding_entry_id ON book_finding (entry_id);
CREATE TABLE link (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind TEXT NOT NULL, 
	first_entry_id INTEGER NOT NULL, 
	first_role TEXT NOT NULL, 
	second_entry_id INTEGER NOT NULL, 
	second_role TEXT NOT NULL, 
	probability FLOAT NOT NULL, 
	evidence JSON NOT NULL, 
	suggested_at DATETIME NOT NULL, 
	withdrawn_at DATETIME, 
	CONSTRAINT fk_link_first_entry_id FOREIGN KEY(first_entry_id) REFERENCES entry (id), 
	CONSTRAINT fk_link_second_entry_id FOREIGN KEY(second_entry_id) REFERENCES entry (id)
);
CREATE INDEX ix_link_first_entry_id ON link (first_entry_id);
CREATE INDEX ix_link_second_entry_id ON link (second_entry_id);
CREATE TRIGGER book_finding_no_update BEFORE UPDATE ON book_finding WHEN NOT (OLD.cleared_at IS NULL AND NEW.cleared_at IS NOT NULL AND NEW.id IS OLD.id AND NEW.book_id IS OLD.book_id AND NEW.page_id IS OLD.page_id AND NEW.entry_id IS OLD.entry_id AND NEW.code IS OLD.code AND NEW.severity IS OLD.severity AND NEW.fields IS OLD.fields AND NEW.details IS OLD.details AND NEW.raised_at IS OLD.raised_at) BEGIN SELECT RAISE(ABORT, 'book_finding only ends'); END;
CREATE TRIGGER book_finding_no_delete BEFORE DELETE ON book_finding BEGIN SELECT RAISE(ABORT, 'book_finding only ends'); END;
CREATE TRIGGER book_finding_no_replace BEFORE INSERT ON book_finding WHEN EXISTS (SELECT 1 FROM book_finding WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'book_finding only ends'); END;
CREATE TRIGGER link_no_update BEFORE UPDATE ON link WHEN NOT (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL AND NEW.id IS OLD.id AND NEW.kind IS OLD.kind AND NEW.first_entry_id IS OLD.first_entry_id AND NEW.first_role IS OLD.first_role AND NEW.second_entry_id IS OLD.second_entry_id AND NEW.second_role IS OLD.second_role AND NEW.probability IS OLD.probability AND NEW.evidence IS OLD.evidence AND NEW.suggested_at IS OLD.suggested_at) BEGIN SELECT RAISE(ABORT, 'link only ends'); END;
CREATE TRIGGER link_no_delete BEFORE DELETE ON link BEGIN SELECT RAISE(ABORT, 'link only ends'); END;
CREATE TRIGGER link_no_replace BEFORE INSERT ON link WHEN EXISTS (SELECT 1 FROM link WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'link only ends'); END;
