CREATE TABLE wards (
  code text PRIMARY KEY,
  floor integer
);
INSERT INTO wards (code) SELECT DISTINCT ward FROM patients;
ALTER TABLE patients ADD CONSTRAINT patients_ward_fkey FOREIGN KEY (ward) REFERENCES wards (code);
ALTER TABLE doses ADD COLUMN micrograms numeric(13, 0) GENERATED ALWAYS AS (milligrams * 1000) STORED;
CREATE INDEX doses_given_at ON doses (given_at);
