-- name: read_results
-- A page of what a job said, in the order of the version. An answer is shown where it is the one that was judged: a good
-- one takes the place of a bad one later. By outcomes_pkey, files_pkey, ledger_pkey and tags_pkey.
SELECT o.ordinal, f.path, o.done, o.reason, o.message, coalesce(l.answer, '') AS answer, coalesce(given.names, '{}') AS tags
FROM outcomes o
JOIN files f ON f.version_id = CAST(:version AS bigint) AND f.ordinal = o.ordinal
JOIN jobs j ON j.id = CAST(:job AS bigint)
LEFT JOIN ledger l ON l.id = o.ledger_id AND (l.reason IS NULL) = o.done
LEFT JOIN LATERAL (
    SELECT array_agg(t.name ORDER BY t.name) AS names FROM tags t
    WHERE t.workspace_id = j.workspace_id AND t.id = ANY (o.tag_ids)
) given ON true
WHERE o.version_id = CAST(:version AS bigint) AND o.job_id = CAST(:job AS bigint) AND o.ordinal > CAST(:after AS bigint)
    AND NOT (o.done AND CAST(:only_failed AS boolean))
    AND (CAST(:reason AS smallint) IS NULL OR o.reason = CAST(:reason AS smallint))
ORDER BY o.ordinal
LIMIT CAST(:most AS integer);

-- name: count_failures
-- How many files failed for each reason, with the word on the first of them. By outcomes_pkey.
SELECT counted.reason, counted.files, o.message
FROM (
    SELECT reason, count(*) AS files, min(ordinal) AS first
    FROM outcomes
    WHERE version_id = CAST(:version AS bigint) AND job_id = CAST(:job AS bigint) AND NOT done
    GROUP BY reason
) counted
JOIN outcomes o ON o.version_id = CAST(:version AS bigint) AND o.job_id = CAST(:job AS bigint)
    AND o.ordinal = counted.first
ORDER BY counted.files DESC, counted.reason;

-- name: read_answers
-- What jobs said of one file, the newest job first, below the job `before`. By outcomes_version_id_ordinal_idx: a row a
-- job. Which answer is shown: as in read_results.
SELECT o.job_id, j.kind, o.created, o.done, o.reason, o.message, o.reused, o.etag = f.etag AS current,
    coalesce(l.answer, '') AS answer, coalesce(l.input_tokens, 0) AS input_tokens,
    coalesce(l.output_tokens, 0) AS output_tokens, coalesce(given.names, '{}') AS tags,
    coalesce(j.spec ->> 'model', s.model, '') AS model, coalesce(j.spec ->> 'tag_definition', '') AS tag_definition
FROM outcomes o
JOIN files f ON f.version_id = o.version_id AND f.ordinal = o.ordinal
JOIN jobs j ON j.id = o.job_id
LEFT JOIN index_sets s ON s.id = j.index_set_id
LEFT JOIN ledger l ON l.id = o.ledger_id AND (l.reason IS NULL) = o.done
LEFT JOIN LATERAL (
    SELECT array_agg(t.name ORDER BY t.name) AS names FROM tags t
    WHERE t.workspace_id = j.workspace_id AND t.id = ANY (o.tag_ids)
) given ON true
WHERE o.version_id = CAST(:version AS bigint) AND o.ordinal = CAST(:ordinal AS bigint)
    AND o.job_id < CAST(:before AS bigint)
ORDER BY o.job_id DESC
LIMIT CAST(:most AS integer);
