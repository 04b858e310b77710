import { useInfiniteQuery } from "@tanstack/react-query";
import { ListChecks, Plus } from "lucide-react";
import { activeStates, goesOn, jobsQuery } from "@/api/jobs";
import { useMay, useSession } from "@/app/session";
import { JobTable } from "@/jobs/JobTable";
import { useShortcut } from "@/keys/shortcuts";
import { Button } from "@/parts/Button";
import { ButtonLink } from "@/parts/ButtonLink";
import { EmptyState } from "@/parts/EmptyState";
import { ErrorState } from "@/parts/ErrorState";
import { Page } from "@/parts/Page";
import { Skeleton } from "@/parts/Skeleton";
import { useWords } from "@/words/words";
import { JobFilters } from "./JobFilters";
import { jobsRoute } from "./route";

// The list asks again this often: while something goes on, and while nothing does.
const busy_ms = 2_000;
const idle_ms = 15_000;

/** The jobs of the workspace, newest first, as they go on. */
export function JobsScreen() {
  const words = useWords();
  const { workspace } = useSession();
  const mayCreate = useMay("ROLE_EDITOR");
  const { dataset, state, kind } = jobsRoute.useSearch();
  const navigate = jobsRoute.useNavigate();
  const jobs = useInfiniteQuery({
    ...jobsQuery(workspace, {
      dataset,
      kinds: kind && [kind],
      states: state && (state === "active" ? activeStates : [state]),
    }),
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some((page) => page.jobs?.some(goesOn)) === true ? busy_ms : idle_ms,
  });
  const found = jobs.data?.pages.flatMap((page) => page.jobs ?? []);
  const isFiltered = dataset !== undefined || state !== undefined || kind !== undefined;

  return (
    <Page title={words.jobs.title} lead={words.jobs.lead} actions={mayCreate && <CreateLink dataset={dataset} />}>
      {(isFiltered || found?.length !== 0) && <JobFilters />}
      {jobs.isPending && <Skeleton lines={6} />}
      {jobs.isError && <ErrorState error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {found !== undefined && found.length > 0 && <JobTable jobs={found} />}
      {found?.length === 0 &&
        (isFiltered ? (
          <EmptyState
            icon={<ListChecks size={28} aria-hidden />}
            title={words.jobs.noMatch}
            actions={<Button onClick={() => void navigate({ search: {} })}>{words.jobs.showAll}</Button>}
          >
            {null}
          </EmptyState>
        ) : (
          <EmptyState
            icon={<ListChecks size={28} aria-hidden />}
            title={words.jobs.empty.title}
            actions={mayCreate && <CreateLink dataset={undefined} />}
          >
            {mayCreate ? words.jobs.empty.text : words.jobs.empty.viewer}
          </EmptyState>
        ))}
      {jobs.hasNextPage && (
        <div>
          <Button busy={jobs.isFetchingNextPage} onClick={() => void jobs.fetchNextPage()}>
            {words.frame.loadMore}
          </Button>
        </div>
      )}
    </Page>
  );
}

function CreateLink({ dataset }: { readonly dataset: string | undefined }) {
  const words = useWords().jobs;
  const navigate = jobsRoute.useNavigate();
  const search = dataset === undefined ? {} : { dataset };
  useShortcut({ key: "n", label: words.create, run: () => void navigate({ to: "/new/job", search }) });
  return (
    <ButtonLink to="/new/job" search={search} kind="primary" icon={<Plus size={14} aria-hidden />}>
      {words.create}
    </ButtonLink>
  );
}
