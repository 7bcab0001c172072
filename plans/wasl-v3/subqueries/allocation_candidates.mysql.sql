-- Candidates who can have a number: in the scope, with campus, program, trade, and the first part of their number
SELECT numbered.id AS candidate_id, numbered.batch_id AS batch_id, numbered.campus_id AS campus_id, numbered.trade_id AS trade_id,
    numbered.allocated_number AS allocated_number, COALESCE(numbered.registered_at, numbered.created_at) AS registered_at,
    UPPER(CONCAT(campuses.code, '-', programs.code, '-', trades.code, '-',
        COALESCE(:numbering_year, YEAR(COALESCE(numbered.registered_at, numbered.created_at))))) AS prefix
FROM candidates AS numbered
JOIN campuses ON campuses.id = numbered.campus_id
JOIN programs ON programs.id = numbered.program_id
JOIN trades ON trades.id = numbered.trade_id
WHERE numbered.id NOT IN :candidates_left_out
