-- name: change_tags
-- One part of an edit, behind the version's lock. Of each list the tags that really change something are kept apart, for
-- they are what is undone later; a file without any is not written. `ai` is read alone. Returns what changed as the
-- ordinals (8 bytes each) of every tag. LIMIT keeps the planner from joining a whole table that has grown since its
-- statistics. By files_pkey and file_tags_pkey.
WITH asked AS MATERIALIZED (
    SELECT f.ordinal, coalesce(t.ai, '{}') AS ai, coalesce(t.given, '{}') AS given, coalesce(t.rejected, '{}') AS rejected
    FROM unnest(CAST(:ordinals AS bigint[])) AS wanted (ordinal)
    JOIN files f ON f.version_id = CAST(:version AS bigint) AND f.ordinal = wanted.ordinal AND f.status = 1
    LEFT JOIN LATERAL (
        SELECT file_tags.ai, file_tags."user" AS given, file_tags.rejected FROM file_tags
        WHERE file_tags.version_id = CAST(:version AS bigint) AND file_tags.ordinal = f.ordinal LIMIT 1
    ) t ON true
), compared AS MATERIALIZED (
    SELECT ordinal, given, rejected,
        CASE WHEN NOT given @> CAST(:add AS integer[])
            THEN ARRAY(SELECT tag FROM unnest(CAST(:add AS integer[])) AS tag WHERE tag <> ALL (given)) ELSE '{}' END AS added,
        CASE WHEN given && CAST(:remove AS integer[])
            THEN ARRAY(SELECT tag FROM unnest(CAST(:remove AS integer[])) AS tag WHERE tag = ANY (given)) ELSE '{}' END AS removed,
        CASE WHEN ai && CAST(:reject AS integer[]) THEN ARRAY(
            SELECT tag FROM unnest(CAST(:reject AS integer[])) AS tag WHERE tag = ANY (ai) AND tag <> ALL (rejected)
        ) ELSE '{}' END AS rejected_now,
        CASE WHEN rejected && CAST(:restore AS integer[])
            THEN ARRAY(SELECT tag FROM unnest(CAST(:restore AS integer[])) AS tag WHERE tag = ANY (rejected)) ELSE '{}' END AS restored
    FROM asked
), changed AS MATERIALIZED (
    SELECT * FROM compared
    WHERE added <> '{}' OR removed <> '{}' OR rejected_now <> '{}' OR restored <> '{}'
), written AS (
    INSERT INTO file_tags (version_id, ordinal, "user", rejected, tagged, edited, editor, revision)
    SELECT CAST(:version AS bigint), ordinal,
        CASE WHEN removed = '{}' THEN given
            ELSE ARRAY(SELECT tag FROM unnest(given) AS tag WHERE tag <> ALL (removed)) END || added,
        CASE WHEN restored = '{}' THEN rejected
            ELSE ARRAY(SELECT tag FROM unnest(rejected) AS tag WHERE tag <> ALL (restored)) END || rejected_now,
        now(), now(), CAST(:editor AS text), CAST(:revision AS bigint)
    FROM changed
    ORDER BY ordinal
    ON CONFLICT (version_id, ordinal) DO UPDATE SET
        "user" = excluded."user", rejected = excluded.rejected, tagged = excluded.tagged, edited = excluded.edited,
        editor = excluded.editor, revision = excluded.revision
)
SELECT place, is_added, tag, string_agg(int8send(ordinal), '') AS ordinals
FROM (
    SELECT 'user' AS place, true AS is_added, tag, ordinal FROM changed, unnest(added) AS tag
    UNION ALL SELECT 'user', false, tag, ordinal FROM changed, unnest(removed) AS tag
    UNION ALL SELECT 'rejected', true, tag, ordinal FROM changed, unnest(rejected_now) AS tag
    UNION ALL SELECT 'rejected', false, tag, ordinal FROM changed, unnest(restored) AS tag
) AS one
GROUP BY place, is_added, tag;

-- name: other_changes
-- What other edits changed in the same tags and in files of the same span: before those of an edit, whether it stands or
-- not, and after them, where it stands. Each is of one revision, and revisions are in the order of the commits. By
-- tag_edit_changes_pkey and tag_edit_changes_tag_idx.
SELECT other.part, other.place, other.is_added, other.tag_id, other.revision, other.ordinals, other.undone
FROM tag_edit_changes other
WHERE other.version_id = CAST(:version AS bigint) AND other.edit_id <> CAST(:edit AS bigint) AND EXISTS (
    SELECT FROM tag_edit_changes own
    WHERE own.edit_id = CAST(:edit AS bigint) AND (CAST(:part AS bigint) IS NULL OR own.part = CAST(:part AS bigint))
        AND NOT own.undone AND own.place = other.place AND own.tag_id = other.tag_id
        AND (other.revision < own.revision OR NOT other.undone)
        AND own.first_ordinal <= other.last_ordinal AND own.last_ordinal >= other.first_ordinal
)
ORDER BY other.revision;

-- name: flip_tags
-- Tags that were taken away come back, those that were given go, behind the version's lock. Each row is one tag of one
-- file, which has a row in file_tags, for it was changed once. By file_tags_pkey.
WITH flips AS MATERIALIZED (
    SELECT ordinal,
        coalesce(array_agg(tag) FILTER (WHERE place = 'user'), '{}') AS user_tags,
        coalesce(array_agg(tag) FILTER (WHERE place = 'user' AND comes), '{}') AS user_comes,
        coalesce(array_agg(tag) FILTER (WHERE place = 'rejected'), '{}') AS rejected_tags,
        coalesce(array_agg(tag) FILTER (WHERE place = 'rejected' AND comes), '{}') AS rejected_comes
    FROM unnest(
        CAST(:ordinals AS bigint[]), CAST(:tags AS integer[]), CAST(:places AS text[]), CAST(:comes AS boolean[])
    ) AS flip (ordinal, tag, place, comes)
    GROUP BY ordinal
)
UPDATE file_tags SET
    "user" = CASE WHEN user_tags = '{}' THEN "user"
        ELSE ARRAY(SELECT tag FROM unnest("user") AS tag WHERE tag <> ALL (user_tags)) || user_comes END,
    rejected = CASE WHEN rejected_tags = '{}' THEN rejected
        ELSE ARRAY(SELECT tag FROM unnest(rejected) AS tag WHERE tag <> ALL (rejected_tags)) || rejected_comes END,
    tagged = now(), edited = now(), editor = CAST(:editor AS text), revision = CAST(:revision AS bigint)
FROM flips
WHERE file_tags.version_id = CAST(:version AS bigint) AND file_tags.ordinal = flips.ordinal;
