-- Kinds: 1 scan, 2 tag, 3 index, 4 export, 5 tag edit. Modes: 1 incremental, 2 full. States: as Job.State.

-- name: start_jobs
-- Jobs of one version get their chunks in one pass over its files; a job without files has succeeded. Files with a good
-- result are left out by anti-joins (hashed), for a probe a file takes seconds on a million. Outcomes are found by
-- outcomes_pkey's version, vectors by file_vectors_pkey's.
WITH starting AS (
    SELECT id, kind, mode, fingerprint, tag_definition_id, index_set_id FROM jobs WHERE id = ANY (CAST(:jobs AS bigint[]))
), wanted AS (
    SELECT j.id AS job_id, f.ordinal
    FROM starting j CROSS JOIN files f
    WHERE j.kind IN (2, 3) AND f.version_id = CAST(:version AS bigint) AND f.status = 1
        AND NOT EXISTS (
            SELECT FROM outcomes o JOIN jobs earlier ON earlier.id = o.job_id
            WHERE o.version_id = CAST(:version AS bigint) AND o.ordinal = f.ordinal AND o.etag = f.etag AND o.done
                AND earlier.fingerprint = j.fingerprint AND earlier.tag_definition_id = j.tag_definition_id
                AND earlier.kind = 2 AND j.kind = 2 AND j.mode = 1
        )
        AND NOT EXISTS (
            SELECT FROM file_vectors v
            WHERE v.version_id = CAST(:version AS bigint) AND v.ordinal = f.ordinal AND v.etag = f.etag AND v.current
                AND v.index_set_id = j.index_set_id AND j.kind = 3 AND j.mode = 1
        )
), numbered AS (
    SELECT job_id, ordinal, (row_number() OVER (PARTITION BY job_id ORDER BY ordinal) - 1) / 64 AS number FROM wanted
), made AS (
    INSERT INTO chunks (job_id, ordinals, open)
    SELECT job_id, array_agg(ordinal ORDER BY ordinal), count(*) FROM numbered GROUP BY job_id, number
    UNION ALL
    SELECT id, '{}', 1 FROM starting WHERE kind IN (1, 4, 5)
    ORDER BY 1, 2
    RETURNING job_id, cardinality(ordinals) AS files
), counted AS (
    SELECT j.id, j.kind, coalesce(sum(m.files), 0) AS files FROM starting j LEFT JOIN made m ON m.job_id = j.id GROUP BY 1, 2
), started AS (
    UPDATE jobs SET
        waits_for = NULL,
        total = CASE WHEN jobs.kind IN (2, 3) THEN files ELSE total END,
        state = CASE WHEN jobs.kind IN (2, 3) AND files = 0 THEN 4 ELSE state END,
        ended = CASE WHEN jobs.kind IN (2, 3) AND files = 0 THEN now() END
    FROM counted WHERE jobs.id = counted.id AND jobs.ended IS NULL
    RETURNING jobs.id, jobs.kind, total
)
INSERT INTO job_log (job_id, time, level, message)
SELECT id, clock_timestamp(), 1,
    CASE WHEN total = 0 THEN 'There is nothing to do: no file is without a good result.'
        ELSE format('%s files to work on.', total) END
FROM started WHERE kind IN (2, 3) ORDER BY id
ON CONFLICT DO NOTHING;

-- name: waiting_jobs
-- Jobs that wait for a scan. The order of the locks is that of the ids, as everywhere. By jobs_active_idx.
SELECT id, kind FROM jobs WHERE waits_for = CAST(:scan AS bigint) AND ended IS NULL ORDER BY id FOR UPDATE;

-- name: fail_jobs
-- Jobs end as a whole. By jobs_pkey.
WITH failed AS (
    UPDATE jobs SET state = 6, ended = now(), waits_for = NULL,
        reason = CAST(:reason AS smallint), message = CAST(:message AS text)
    WHERE id = ANY (CAST(:jobs AS bigint[])) AND ended IS NULL
    RETURNING id
)
INSERT INTO job_log (job_id, time, level, message)
SELECT id, clock_timestamp(), 3, CAST(:message AS text) FROM failed ORDER BY id
ON CONFLICT DO NOTHING;
