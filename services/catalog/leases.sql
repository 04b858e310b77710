-- name: claim_chunks
-- Fair by chance: jobs come in random order, each gives at most its share, and LIMIT ends the walk, so that no row is
-- locked that is not taken. SKIP LOCKED: workers never wait for each other. By jobs_active_idx and chunks_open_idx.
WITH active AS (
    SELECT id, CAST(ceil(CAST(:chunks AS float) / count(*) OVER ()) AS integer) AS share
    FROM jobs
    WHERE ended IS NULL AND kind = ANY (CAST(:kinds AS smallint[])) AND state IN (1, 2) AND waits_for IS NULL
    ORDER BY random()
), free AS (
    SELECT chunk.id
    FROM active CROSS JOIN LATERAL (
        SELECT c.id FROM chunks c
        WHERE c.job_id = active.id AND NOT c.ended AND (c.lease_end IS NULL OR c.lease_end < now())
        ORDER BY c.id LIMIT active.share FOR UPDATE SKIP LOCKED
    ) chunk
    LIMIT CAST(:chunks AS integer)
)
UPDATE chunks SET
    lease = uuid_send(gen_random_uuid()),
    lease_end = now() + CAST(:lease_seconds AS float) * interval '1 second',
    worker = CAST(:worker AS text),
    losses = losses + CAST(lease_end IS NOT NULL AS integer)
FROM free
WHERE chunks.id = free.id
RETURNING chunks.id, chunks.job_id, chunks.lease, chunks.lease_end, chunks.losses, cardinality(chunks.ordinals) AS files;

-- name: begin_jobs
-- In the order of the ids, because a worker may begin two jobs while another one does. By jobs_pkey.
UPDATE jobs SET state = 2, started = now()
WHERE id IN (SELECT id FROM jobs WHERE id = ANY (CAST(:jobs AS bigint[])) AND state = 1 ORDER BY id FOR UPDATE)
    AND state = 1;

-- name: split_chunks
-- A chunk that was lost twice may hold a file that kills its worker: each file becomes a chunk, so that no neighbour is
-- lost with it. The chunks are held by this transaction. By chunks_pkey and outcomes_pkey.
WITH split AS (
    UPDATE chunks SET ended = true, open = 0, lease = NULL, lease_end = NULL
    WHERE id = ANY (CAST(:chunks AS bigint[]))
    RETURNING job_id, ordinals, losses
)
INSERT INTO chunks (job_id, ordinals, open, losses)
SELECT j.id, ARRAY[left_over.ordinal], 1, split.losses
FROM split JOIN jobs j ON j.id = split.job_id CROSS JOIN unnest(split.ordinals) AS left_over (ordinal)
LEFT JOIN LATERAL (
    SELECT true AS is_there FROM outcomes o
    WHERE o.version_id = j.version_id AND o.job_id = j.id AND o.ordinal = left_over.ordinal
    LIMIT 1
) outcome ON true
WHERE outcome.is_there IS NULL
ORDER BY j.id, left_over.ordinal;

-- name: remaining_files
-- What is left of chunks of one job, with what is known of each content. LIMIT keeps the planner from joining the whole of
-- a table that has grown since its statistics: each file is three probes of an index. By files_pkey, outcomes_pkey,
-- contents_pkey and the ledger's unique key.
SELECT c.id AS chunk_id, f.ordinal, f.path, f.size_bytes, f.etag, known.sha256,
    answered.answer, answered.input_tokens, answered.output_tokens
FROM chunks c CROSS JOIN LATERAL unnest(c.ordinals) AS wanted (ordinal)
JOIN files f ON f.version_id = CAST(:version AS bigint) AND f.ordinal = wanted.ordinal
LEFT JOIN LATERAL (
    SELECT true AS is_there FROM outcomes o
    WHERE o.version_id = CAST(:version AS bigint) AND o.job_id = CAST(:job AS bigint) AND o.ordinal = f.ordinal
    LIMIT 1
) outcome ON true
LEFT JOIN LATERAL (
    SELECT sha256 FROM contents k
    WHERE k.store = CAST(:store AS text) AND k.path = CAST(:prefix AS text) || f.path
        AND k.etag = f.etag AND k.size_bytes = f.size_bytes AND f.etag NOT LIKE 'W/%'
    LIMIT 1
) known ON true
LEFT JOIN LATERAL (
    SELECT answer, input_tokens, output_tokens FROM ledger l
    WHERE l.workspace_id = CAST(:workspace AS bigint) AND l.kind = CAST(:kind AS smallint)
        AND l.fingerprint = CAST(:fingerprint AS bytea) AND l.sha256 = known.sha256 AND l.reason IS NULL
    LIMIT 1
) answered ON true
WHERE c.id = ANY (CAST(:chunks AS bigint[])) AND outcome.is_there IS NULL
ORDER BY c.id, f.ordinal;

-- name: renew_leases
-- All in one statement, in the order of the ids. A lease of a job that does not go on ends now, so that its stop can be
-- told from its chunks. By chunks_lease_idx.
WITH held AS (
    SELECT c.id, j.state IN (1, 2) AS goes_on
    FROM chunks c JOIN jobs j ON j.id = c.job_id
    WHERE c.lease = ANY (CAST(:leases AS bytea[]))
    ORDER BY c.id FOR UPDATE OF c
)
UPDATE chunks SET lease_end = CASE
    WHEN ended THEN lease_end
    WHEN goes_on THEN now() + CAST(:lease_seconds AS float) * interval '1 second'
    ELSE now() END
FROM held
WHERE chunks.id = held.id AND chunks.lease = ANY (CAST(:leases AS bytea[]))
RETURNING chunks.lease, chunks.lease_end, chunks.ended, goes_on;
