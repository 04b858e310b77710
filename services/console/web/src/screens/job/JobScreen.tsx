import { jobKind } from "@/api/jobs";
import { useMay, useSession } from "@/app/session";
import { JobState } from "@/jobs/JobState";
import { ErrorState } from "@/parts/ErrorState";
import { Page } from "@/parts/Page";
import { Skeleton } from "@/parts/Skeleton";
import { useWords } from "@/words/words";
import { JobFacts } from "./JobFacts";
import { JobLog } from "./JobLog";
import { JobProgress } from "./JobProgress";
import { JobResults } from "./JobResults";
import { RunAgain } from "./RunAgain";
import { jobRoute } from "./route";
import { StopJob } from "./StopJob";
import { useWatchedJob } from "./useWatchedJob";

/** A job while it goes on and after: how far it is, what failed, and its log. */
export function JobScreen() {
  const { job: id } = jobRoute.useParams();
  // Another job begins with nothing of this one.
  return <OneJob key={id} id={id} />;
}

function OneJob({ id }: { readonly id: string }) {
  const words = useWords().jobs;
  const { workspace } = useSession();
  const mayEdit = useMay("ROLE_EDITOR");
  const ids = { workspace, job: id };
  const { query, broken } = useWatchedJob(ids);
  const job = query.data;
  const kind = job && jobKind(job);
  return (
    <Page
      title={kind === undefined ? id : words.name(words.kinds[kind], id)}
      crumbs={[{ label: words.title, link: { to: "/jobs" } }]}
      aside={job !== undefined && <JobState job={job} />}
      actions={
        mayEdit &&
        job !== undefined && (
          <>
            <RunAgain job={job} />
            <StopJob ids={ids} job={job} />
          </>
        )
      }
    >
      {query.isPending && <Skeleton lines={6} />}
      {query.isError && job === undefined && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {job !== undefined && (
        <>
          <JobProgress job={job} broken={broken} />
          <JobFacts job={job} />
          {(kind === "tag" || kind === "index") && <JobResults ids={ids} job={job} />}
          <JobLog ids={ids} />
        </>
      )}
    </Page>
  );
}
