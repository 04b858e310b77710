-- name: begin
-- What the store lists. Temporary tables write no WAL, and go with the connection. Time is an interval since 2000-01-01 UTC,
-- because the driver takes three times as long over times as over all the rest of a row.
CREATE TEMP TABLE listed (
    path text COLLATE "C" NOT NULL,
    size_bytes bigint NOT NULL,
    etag text COLLATE "C" NOT NULL,
    since_2000 interval NOT NULL
);

-- name: listed_sum
-- Most scans find all as it was. Then both sides have as many files and the same sum of their hashes (64 bits each): to see
-- that takes a fifth of the time of the comparison.
SELECT count(*) AS files, sum(hashtextextended(path, hashtextextended(etag, size_bytes))) AS hashes FROM listed;

-- name: known_sum
-- Apart from the other side, for a statement with temporary tables gets no parallel workers. By the version's partition.
SELECT count(*) AS files, sum(hashtextextended(path, hashtextextended(etag, size_bytes))) AS hashes
FROM files WHERE version_id = CAST(:version AS bigint) AND status = 1;

-- name: compare
-- One pass over both sides: what is new (1), changed or back (2), or gone (3), numbered in the order of the paths. A path
-- that a store lists twice counts once. Known files come by the version's partition.
CREATE TEMP TABLE differing AS
SELECT row_number() OVER () AS number, change.*
FROM (
    SELECT DISTINCT ON (path)
        coalesce(listed.path, known.path) AS path,
        CASE WHEN known.path IS NULL THEN 1 WHEN listed.path IS NOT NULL THEN 2 ELSE 3 END AS kind,
        listed.size_bytes, listed.etag, (timestamp '2000-01-01' + listed.since_2000) AT TIME ZONE 'UTC' AS modified,
        known.ordinal, known.size_bytes AS known_size_bytes, coalesce(known.status = 1, false) AS was_there
    FROM listed
    FULL JOIN (
        SELECT ordinal, path, size_bytes, etag, status FROM files WHERE version_id = CAST(:version AS bigint)
    ) known ON known.path = listed.path
    WHERE known.path IS NULL
        OR listed.path IS NULL AND known.status = 1
        OR listed.path IS NOT NULL
            AND (known.status <> 1 OR known.etag <> listed.etag OR known.size_bytes <> listed.size_bytes)
    ORDER BY path
) change;

-- name: index_differing
-- Each revision takes its rows by it.
CREATE UNIQUE INDEX ON differing (number);

-- name: count_differing
SELECT count(*) FROM differing;

-- name: difference
-- What rows of `differing` change in the version's totals. By the index on number.
SELECT
    count(*) FILTER (WHERE kind = 1) AS added, count(*) FILTER (WHERE kind = 2) AS changed,
    count(*) FILTER (WHERE kind = 3) AS gone,
    coalesce(sum(CASE WHEN kind < 3 THEN 1 ELSE 0 END - CASE WHEN was_there THEN 1 ELSE 0 END), 0) AS file_count,
    coalesce(sum(CASE WHEN kind < 3 THEN size_bytes ELSE 0 END - CASE WHEN was_there THEN known_size_bytes ELSE 0 END), 0)
        AS size_bytes
FROM differing WHERE number BETWEEN CAST(:first AS bigint) AND CAST(:last AS bigint);

-- name: add_files
-- New files take ordinals in the order of their paths. A content type stands where its ending stands in the other array.
INSERT INTO files (
    version_id, ordinal, path, size_bytes, etag, content_type, status, modified, created, synced, revision
)
SELECT CAST(:version AS bigint), CAST(:first_ordinal AS bigint) + row_number() OVER (ORDER BY number) - 1, path, size_bytes,
    etag, (CAST(:content_types AS text[]))[array_position(CAST(:endings AS text[]), lower(split_part(path, '.', -1)))],
    1, modified, now(), now(), CAST(:revision AS bigint)
FROM differing
WHERE number BETWEEN CAST(:first AS bigint) AND CAST(:last AS bigint) AND kind = 1;

-- name: change_files
-- Files with other content, and files that are back. By files_pkey.
UPDATE files f SET
    size_bytes = d.size_bytes, etag = d.etag, modified = d.modified, status = 1, synced = now(),
    width_px = CASE WHEN f.etag = d.etag THEN f.width_px ELSE 0 END,
    height_px = CASE WHEN f.etag = d.etag THEN f.height_px ELSE 0 END,
    revision = CAST(:revision AS bigint)
FROM differing d
WHERE d.number BETWEEN CAST(:first AS bigint) AND CAST(:last AS bigint) AND d.kind = 2
    AND f.version_id = CAST(:version AS bigint) AND f.ordinal = d.ordinal;

-- name: remove_files
-- Files that are gone keep their row and their ordinal. By files_pkey.
UPDATE files f SET status = 2, revision = CAST(:revision AS bigint)
FROM differing d
WHERE d.number BETWEEN CAST(:first AS bigint) AND CAST(:last AS bigint) AND d.kind = 3
    AND f.version_id = CAST(:version AS bigint) AND f.ordinal = d.ordinal;

-- name: mark_tags
-- `ai` is stale where the latest word of any tag definition is about other content than the present one. Runs behind the
-- version's lock, like the commits that write tags. By files_pkey, file_tags_pkey, outcomes_version_id_ordinal_idx.
WITH judged AS (
    SELECT t.ordinal, coalesce(bool_or(latest.etag <> f.etag), true) AS stale
    FROM differing d
    JOIN files f ON f.version_id = CAST(:version AS bigint) AND f.ordinal = d.ordinal
    JOIN file_tags t ON t.version_id = CAST(:version AS bigint) AND t.ordinal = d.ordinal AND t.ai <> '{}'
    LEFT JOIN LATERAL (
        SELECT DISTINCT ON (j.tag_definition_id) o.etag
        FROM outcomes o JOIN jobs j ON j.id = o.job_id
        WHERE o.version_id = CAST(:version AS bigint) AND o.ordinal = d.ordinal AND o.done AND j.kind = 2
        ORDER BY j.tag_definition_id, o.job_id DESC
    ) latest ON true
    WHERE d.number BETWEEN CAST(:first AS bigint) AND CAST(:last AS bigint)
    GROUP BY t.ordinal
)
UPDATE file_tags t SET stale = judged.stale, revision = CAST(:revision AS bigint)
FROM judged
WHERE t.version_id = CAST(:version AS bigint) AND t.ordinal = judged.ordinal AND t.stale <> judged.stale;

-- name: lock_index_sets
-- A worker that marks a vector holds the same lock: either it has seen the new content, or its row is seen here.
SELECT id FROM index_sets WHERE version_id = CAST(:version AS bigint) ORDER BY id FOR UPDATE;

-- name: mark_vectors
-- A vector is current while it is of the present content of a file that is there. By file_vectors_pkey and files_pkey.
WITH judged AS (
    SELECT v.index_set_id, v.ordinal, v.etag = f.etag AND f.status = 1 AS current
    FROM differing d
    JOIN files f ON f.version_id = CAST(:version AS bigint) AND f.ordinal = d.ordinal
    JOIN file_vectors v ON v.version_id = CAST(:version AS bigint) AND v.index_set_id = ANY (CAST(:index_sets AS bigint[]))
        AND v.ordinal = d.ordinal
    WHERE d.number BETWEEN CAST(:first AS bigint) AND CAST(:last AS bigint) AND v.current <> (v.etag = f.etag AND f.status = 1)
), stamped AS (
    UPDATE index_sets SET revision = revision + 1 WHERE id IN (SELECT index_set_id FROM judged) RETURNING id, revision
)
UPDATE file_vectors v SET current = judged.current, revision = stamped.revision
FROM judged JOIN stamped ON stamped.id = judged.index_set_id
WHERE v.version_id = CAST(:version AS bigint) AND v.index_set_id = judged.index_set_id AND v.ordinal = judged.ordinal;

-- name: count
-- What this job has written, whichever of its attempts did; its end completes the summary. By jobs_pkey.
UPDATE jobs SET summary = jsonb_build_object(
    'added', coalesce(CAST(summary ->> 'added' AS bigint), 0) + CAST(:added AS bigint),
    'changed', coalesce(CAST(summary ->> 'changed' AS bigint), 0) + CAST(:changed AS bigint),
    'gone', coalesce(CAST(summary ->> 'gone' AS bigint), 0) + CAST(:gone AS bigint)
)
WHERE id = CAST(:job AS bigint);

-- name: counted
-- By jobs_pkey.
SELECT
    coalesce(CAST(summary ->> 'added' AS bigint), 0) AS added, coalesce(CAST(summary ->> 'changed' AS bigint), 0) AS changed,
    coalesce(CAST(summary ->> 'gone' AS bigint), 0) AS gone
FROM jobs WHERE id = CAST(:job AS bigint);
