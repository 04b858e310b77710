-- name: ask_for_stop
-- By jobs_pkey.
UPDATE jobs SET state = 3 WHERE id = CAST(:job AS bigint) AND ended IS NULL;

-- name: end_stopped
-- A stop is done when no lease goes on: workers end theirs when they hear of it, and those of the dead run out. SKIP
-- LOCKED: somebody else does it. By jobs_active_idx and chunks_open_idx.
WITH stopped AS (
    UPDATE jobs SET state = 7, ended = now(), waits_for = NULL,
        reason = CAST(:reason AS smallint), message = 'It was stopped; what was done is kept.'
    WHERE id IN (
        SELECT j.id FROM jobs j
        WHERE j.ended IS NULL AND j.state = 3 AND NOT EXISTS (
            SELECT FROM chunks c WHERE c.job_id = j.id AND NOT c.ended AND c.lease_end > now()
        )
        ORDER BY j.id FOR UPDATE SKIP LOCKED
    )
    RETURNING id, kind, version_id, done, failed, total
), logged AS (
    INSERT INTO job_log (job_id, time, level, message)
    SELECT id, clock_timestamp(), 1, format('Stopped: %s done, %s failed, of %s files.', done, failed, total) FROM stopped
    ON CONFLICT DO NOTHING
)
SELECT id, version_id FROM stopped WHERE kind = 1;
