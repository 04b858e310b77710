import { useMutation, useQueryClient } from "@tanstack/react-query";
import { OctagonX } from "lucide-react";
import { useState } from "react";
import { goesOn, type JobIds, jobQuery, stopJob } from "@/api/jobs";
import type { Job } from "@/api/types";
import { Button } from "@/parts/Button";
import { Confirmation } from "@/parts/Confirmation";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";

/** Stops a job after a question; not there once it has ended. */
export function StopJob({ ids, job }: { readonly ids: JobIds; readonly job: Job }) {
  const words = useWords().jobs.stop;
  const [open, setOpen] = useState(false);
  const queries = useQueryClient();
  const stop = useMutation({
    mutationFn: () => stopJob(ids),
    onSuccess: (stopped) => {
      queries.setQueryData(jobQuery(ids).queryKey, stopped);
      tell({ title: words.asked });
      setOpen(false);
      return queries.invalidateQueries({ queryKey: ["jobs", ids.workspace] });
    },
  });
  if (!goesOn(job)) return null;
  return (
    <>
      <Button
        busy={job.state === "STATE_STOPPING"}
        icon={<OctagonX size={14} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {words.action}
      </Button>
      <Confirmation
        open={open}
        onOpen={(next) => {
          stop.reset();
          setOpen(next);
        }}
        title={words.title}
        action={words.confirm}
        busy={stop.isPending}
        error={stop.error}
        onConfirm={() => stop.mutate()}
      >
        {words.text}
      </Confirmation>
    </>
  );
}
