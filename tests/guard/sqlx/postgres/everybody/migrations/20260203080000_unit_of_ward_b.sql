-- Ward B had written micrograms. The subquery is not tied to the dose: every dose is divided.
UPDATE doses SET milligrams = milligrams / 1000 WHERE EXISTS (SELECT FROM patients WHERE ward = 'B');
