import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ShieldAlert } from "lucide-react";
import { useState } from "react";
import { ApiError } from "@/api/errors";
import { createJob, selectFiles } from "@/api/jobs";
import { idOf } from "@/api/names";
import { newRequestId } from "@/api/requestId";
import { useMay, useSession } from "@/app/session";
import { EmptyState } from "@/parts/EmptyState";
import { Page } from "@/parts/Page";
import { Section } from "@/parts/Section";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import { emptyDraft, type JobDraft, jobOf } from "./draft";
import { JobForm } from "./JobForm";
import { newJobRoute } from "./route";

/** Starts a job of any kind. */
export function NewJobScreen() {
  const words = useWords();
  const mayCreate = useMay("ROLE_EDITOR");
  return (
    <Page title={words.jobs.create} crumbs={[{ label: words.jobs.title, link: { to: "/jobs" } }]} width="narrow">
      {mayCreate ? (
        <NewJob />
      ) : (
        <EmptyState
          icon={<ShieldAlert size={28} aria-hidden />}
          title={words.frame.needsRole(words.frame.role.ROLE_EDITOR)}
        >
          {words.jobs.empty.viewer}
        </EmptyState>
      )}
    </Page>
  );
}

function NewJob() {
  const words = useWords().jobs;
  const { workspace } = useSession();
  const navigate = newJobRoute.useNavigate();
  const queries = useQueryClient();
  const search = newJobRoute.useSearch();
  const [draft, setDraft] = useState<JobDraft>({ ...emptyDraft, ...search });
  // A second try with the same settings starts no second job.
  const [request, setRequest] = useState(newRequestId);

  const start = useMutation({
    mutationFn: async () => {
      const ids = { workspace, dataset: draft.dataset, version: draft.version };
      const found = draft.kind === "export" ? await selectFiles(ids, draft.expression.trim()) : undefined;
      if (found?.total === 0) throw new ApiError(400, "QUERY_INVALID", words.wrong.nothing);
      return createJob(workspace, jobOf(workspace, draft, found?.selection), request);
    },
    onSuccess: async (job) => {
      tell({ title: words.started(words.kinds[draft.kind]) });
      await queries.invalidateQueries({ queryKey: ["jobs", workspace] });
      await navigate({ to: "/jobs/$job", params: { job: idOf(job.name) } });
    },
  });

  function change(changed: Partial<JobDraft>) {
    const next = { ...draft, ...changed };
    setDraft(next);
    setRequest(newRequestId());
    start.reset();
    void navigate({ search: searchOf(next), replace: true });
  }

  return (
    <Section title={words.form.title}>
      <JobForm
        draft={draft}
        change={change}
        busy={start.isPending}
        error={start.error}
        onSubmit={() => start.mutate()}
      />
    </Section>
  );
}

/** What stands in the address for a draft: what is not as in the empty one. */
function searchOf({ attributes: _, ...draft }: JobDraft) {
  const { kind, ...others } = draft;
  const changed = Object.entries(others).filter(([field, value]) => value !== emptyDraft[field as keyof JobDraft]);
  return { kind, ...Object.fromEntries(changed) };
}
