-- Functional test 7: a success story with a video
INSERT INTO candidates (btevta_id, name, campus_id, trade_id, program_id, status, registered_at, created_at, updated_at)
SELECT 'PROBE-7', 'Probe of the migration', (SELECT MIN(id) FROM campuses WHERE code IS NOT NULL), (SELECT MIN(id) FROM trades WHERE code IS NOT NULL),
    (SELECT MIN(id) FROM programs WHERE code = 'TEC'), 'post_departure', :run_started_at, :run_started_at, :run_started_at;

INSERT INTO success_stories (candidate_id, written_note, evidence_type, evidence_path, evidence_filename, is_featured, recorded_by, recorded_at)
SELECT id, 'میں نے ویلڈنگ سیکھی 🎓 and "it worked"', 'video', 'stories/probe.mp4', 'my story.mp4', true, (SELECT MIN(id) FROM users), :run_started_at
FROM candidates WHERE btevta_id = 'PROBE-7';

SELECT 'the story cannot be read back' AS problem, COUNT(*) AS found
FROM success_stories
JOIN candidates ON candidates.id = success_stories.candidate_id
WHERE candidates.btevta_id = 'PROBE-7' AND success_stories.evidence_type = 'video' AND success_stories.written_note LIKE '%🎓%'
HAVING COUNT(*) <> 1
