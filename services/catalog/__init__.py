"""The source of truth: datasets, versions, files, tags, connections, jobs, and the scan of buckets."""
