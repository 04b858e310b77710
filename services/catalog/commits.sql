-- name: keep_answers
-- In the order of the keys, so that two workers with the same images never wait for each other in a circle. A good answer
-- takes the place of a bad one, nothing takes the place of a good one. By the ledger's unique key.
INSERT INTO ledger (workspace_id, kind, sha256, fingerprint, answer, input_tokens, output_tokens, reason)
SELECT DISTINCT ON (given.sha256)
    CAST(:workspace AS bigint), CAST(:kind AS smallint), given.sha256, CAST(:fingerprint AS bytea),
    given.answer, given.input_tokens, given.output_tokens, given.reason
FROM unnest(
    CAST(:sha256 AS bytea[]), CAST(:answer AS text[]), CAST(:input_tokens AS bigint[]), CAST(:output_tokens AS bigint[]),
    CAST(:reason AS smallint[])
) AS given (sha256, answer, input_tokens, output_tokens, reason)
ORDER BY given.sha256, given.reason NULLS FIRST
ON CONFLICT (workspace_id, kind, fingerprint, sha256) DO UPDATE SET
    answer = excluded.answer, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens, reason = NULL
WHERE ledger.reason IS NOT NULL AND excluded.reason IS NULL;

-- name: keep_contents
-- What bytes lie behind an ETag; a weak one (W/) does not say. In the order of the keys. By files_pkey.
INSERT INTO contents (store, path, etag, size_bytes, sha256)
SELECT CAST(:store AS text), CAST(:prefix AS text) || f.path, f.etag, f.size_bytes, given.sha256
FROM unnest(CAST(:ordinal AS bigint[]), CAST(:etag AS text[]), CAST(:sha256 AS bytea[])) AS given (ordinal, etag, sha256)
JOIN files f ON f.version_id = CAST(:version AS bigint) AND f.ordinal = given.ordinal AND f.etag = given.etag
WHERE f.etag NOT LIKE 'W/%'
ORDER BY 2
ON CONFLICT DO NOTHING;

-- name: hold_lease
-- The chunk is this transaction's until its end. By chunks_lease_idx.
SELECT c.id, c.ordinals, c.ended, c.lease_end, j.state IN (1, 2) AS goes_on, v.state = 1 AS version_is_open
FROM chunks c JOIN jobs j ON j.id = c.job_id JOIN versions v ON v.id = j.version_id
WHERE c.lease = CAST(:lease AS bytea)
FOR UPDATE OF c;

-- name: record_outcomes
-- One outcome a file and job, whoever repeats it; only what is really written is returned and counted. Where a scan has
-- brought other content, the result is dropped and the file has failed: an incremental job takes it. LIMIT as in
-- `remaining_files`. By files_pkey,
-- outcomes_pkey and the ledger's unique key.
WITH given AS (
    SELECT * FROM unnest(
        CAST(:ordinal AS bigint[]), CAST(:etag AS text[]), CAST(:sha256 AS bytea[]), CAST(:width_px AS integer[]),
        CAST(:height_px AS integer[]), CAST(:reason AS smallint[]), CAST(:message AS text[]), CAST(:tag_ids AS text[]),
        CAST(:reused AS boolean[])
    ) AS given (ordinal, etag, sha256, width_px, height_px, reason, message, tag_ids, reused)
), judged AS (
    SELECT given.*, f.etag AS present_etag,
        f.etag = given.etag OR (given.etag = '' AND given.reason IS NOT NULL) AS is_present,
        given.width_px > 0 AND (f.width_px, f.height_px) IS DISTINCT FROM (given.width_px, given.height_px) AS is_resized
    FROM given JOIN files f ON f.version_id = CAST(:version AS bigint) AND f.ordinal = given.ordinal
), written AS (
    INSERT INTO outcomes (version_id, ordinal, job_id, done, etag, reason, message, tag_ids, ledger_id, reused)
    SELECT CAST(:version AS bigint), judged.ordinal, CAST(:job AS bigint), is_present AND judged.reason IS NULL,
        present_etag, CASE WHEN is_present THEN judged.reason ELSE CAST(:changed_reason AS smallint) END,
        CASE WHEN is_present THEN judged.message ELSE CAST(:changed_message AS text) END,
        CASE WHEN is_present THEN CAST(judged.tag_ids AS integer[]) ELSE '{}' END, l.id, is_present AND judged.reused
    FROM judged LEFT JOIN LATERAL (
        SELECT id FROM ledger
        WHERE workspace_id = CAST(:workspace AS bigint) AND kind = CAST(:kind AS smallint)
            AND fingerprint = CAST(:fingerprint AS bytea) AND sha256 = judged.sha256
        LIMIT 1
    ) l ON true
    ON CONFLICT DO NOTHING
    RETURNING ordinal, done, reused
)
SELECT written.ordinal, written.done, written.reused, is_present AND is_resized AS is_resized
FROM written JOIN judged ON judged.ordinal = written.ordinal;

-- name: advance
-- The chunk first, then its job: the update of the job waits for other commits and counts on what they left, so that of
-- two last chunks one ends the job. By chunks_pkey and jobs_pkey.
WITH chunk AS (
    UPDATE chunks SET
        open = open - CAST(:counted AS integer),
        ended = CAST(:ends AS boolean) OR open <= CAST(:counted AS integer),
        lease = CASE WHEN CAST(:released AS boolean) THEN NULL ELSE lease END,
        lease_end = CASE
            WHEN CAST(:released AS boolean) THEN NULL
            WHEN CAST(:goes_on AS boolean) THEN now() + CAST(:lease_seconds AS float) * interval '1 second'
            ELSE now() END
    WHERE id = CAST(:chunk AS bigint)
    RETURNING job_id, ended, lease_end
)
UPDATE jobs SET
    total = coalesce(CAST(:total_files AS bigint), total),
    done = coalesce(CAST(:done_files AS bigint), done + CAST(:done AS bigint)),
    failed = coalesce(CAST(:failed_files AS bigint), failed + CAST(:failed AS bigint)),
    reused = reused + CAST(:reused AS bigint),
    input_tokens = input_tokens + CAST(:input_tokens AS bigint),
    output_tokens = output_tokens + CAST(:output_tokens AS bigint),
    state = CASE
        WHEN jobs.ended IS NOT NULL OR kind IN (1, 4, 5) OR done + failed + CAST(:done AS bigint) + CAST(:failed AS bigint) < total THEN state
        WHEN failed + CAST(:failed AS bigint) = 0 THEN 4 ELSE 5 END,
    ended = CASE
        WHEN jobs.ended IS NOT NULL OR kind IN (1, 4, 5) OR done + failed + CAST(:done AS bigint) + CAST(:failed AS bigint) < total
        THEN jobs.ended ELSE now() END
FROM chunk
WHERE jobs.id = chunk.job_id
RETURNING jobs.state, jobs.done, jobs.failed, jobs.reused, chunk.ended AS chunk_ended, coalesce(chunk.lease_end, now()) AS lease_end,
    jobs.ended IS NOT DISTINCT FROM now() AS has_just_ended;

-- name: resize_files
-- Width and height as a worker saw them, of the content that is still there. By files_pkey.
UPDATE files f SET width_px = given.width_px, height_px = given.height_px, revision = CAST(:revision AS bigint)
FROM unnest(
    CAST(:ordinal AS bigint[]), CAST(:etag AS text[]), CAST(:width_px AS integer[]), CAST(:height_px AS integer[])
) AS given (ordinal, etag, width_px, height_px)
WHERE f.version_id = CAST(:version AS bigint) AND f.ordinal = given.ordinal AND f.etag = given.etag;

-- name: unite_tags
-- `ai` of some files: for each tag definition what the latest job that is done with the file said, united. Runs behind
-- the version's lock, so that it sees what other jobs said. LIMIT as in `remaining_files`. By outcomes_version_id_ordinal_idx, files_pkey, file_tags_pkey.
WITH latest AS (
    SELECT DISTINCT ON (o.ordinal, j.tag_definition_id) o.ordinal, o.tag_ids, o.etag
    FROM outcomes o JOIN jobs j ON j.id = o.job_id
    WHERE o.version_id = CAST(:version AS bigint) AND o.ordinal = ANY (CAST(:ordinal AS bigint[]))
        AND o.done AND j.kind = 2
    ORDER BY o.ordinal, j.tag_definition_id, o.job_id DESC
), united AS (
    SELECT latest.ordinal,
        coalesce(array_agg(DISTINCT tag ORDER BY tag) FILTER (WHERE tag IS NOT NULL), '{}') AS ai,
        bool_or(latest.etag <> f.etag) AS stale
    FROM latest
    JOIN files f ON f.version_id = CAST(:version AS bigint) AND f.ordinal = latest.ordinal
    LEFT JOIN LATERAL unnest(latest.tag_ids) AS tag ON true
    GROUP BY latest.ordinal
)
INSERT INTO file_tags (version_id, ordinal, ai, stale, tagged, revision)
SELECT CAST(:version AS bigint), united.ordinal, united.ai, united.stale, now(), CAST(:revision AS bigint)
FROM united LEFT JOIN LATERAL (
    SELECT true AS is_there FROM file_tags t
    WHERE t.version_id = CAST(:version AS bigint) AND t.ordinal = united.ordinal LIMIT 1
) had ON true
WHERE united.ai <> '{}' OR had.is_there
ON CONFLICT (version_id, ordinal) DO UPDATE SET
    ai = excluded.ai, stale = excluded.stale, tagged = excluded.tagged, revision = excluded.revision
WHERE (file_tags.ai, file_tags.stale) IS DISTINCT FROM (excluded.ai, excluded.stale);

-- name: mark_vectors
-- Files whose vector was written. Runs behind the index set's lock, so that a scan either has brought other content, and
-- is seen, or comes after and marks these rows. By files_pkey and file_vectors_pkey.
INSERT INTO file_vectors (version_id, index_set_id, ordinal, etag, current, indexed, job_id, revision)
SELECT f.version_id, CAST(:index_set AS bigint), f.ordinal, given.etag, f.etag = given.etag AND f.status = 1, now(),
    CAST(:job AS bigint), CAST(:revision AS bigint)
FROM unnest(CAST(:ordinal AS bigint[]), CAST(:etag AS text[])) AS given (ordinal, etag)
JOIN files f ON f.version_id = CAST(:version AS bigint) AND f.ordinal = given.ordinal
ON CONFLICT (version_id, index_set_id, ordinal) DO UPDATE SET
    etag = excluded.etag, current = excluded.current, indexed = excluded.indexed, job_id = excluded.job_id,
    revision = excluded.revision;
