import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { connectionIds } from "@/api/connections";
import { idIn, idOf } from "@/api/names";
import type { Job } from "@/api/types";
import { type Fact, Facts } from "@/parts/Facts";
import { Section } from "@/parts/Section";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";

/** What a job does, with what, and since when. */
export function JobFacts({ job }: { readonly job: Job }) {
  const words = useWords().jobs;
  const format = useFormat();
  const { facts } = words;
  const dataset = idIn(job.version, "datasets");
  const shown: readonly (readonly [string, ReactNode])[] = [
    [
      facts.dataset,
      <Link key="dataset" to="/datasets/$dataset" params={{ dataset }}>
        {dataset}
      </Link>,
    ],
    [facts.version, idIn(job.version, "versions")],
    ...specOf(job),
    [facts.creator, idOf(job.creator)],
    [facts.created, format.time(job.createTime)],
    [facts.started, format.time(job.startTime)],
    [facts.ended, format.time(job.endTime)],
  ];
  const list = shown
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([label, value]): Fact => ({ label, value }));
  return (
    <Section title={facts.title}>
      <Facts facts={list} />
    </Section>
  );

  function specOf({ tag, index, export: exported, exportSummary, tagEdit }: Job): (readonly [string, ReactNode])[] {
    if (tag !== undefined) {
      const connection = connectionIds(tag.modelConnection ?? "");
      const tagDefinition = idOf(tag.tagDefinition);
      return [
        [
          facts.connection,
          <Link key="connection" to="/connections/$connection" params={connection}>
            {connection.connection}
          </Link>,
        ],
        [facts.model, tag.model],
        [
          facts.definition,
          <span key="definition">
            <Link to="/tag-definitions/$tagDefinition" params={{ tagDefinition }}>
              {tagDefinition}
            </Link>{" "}
            ({facts.revision(format.number(tag.definitionRevision))})
          </span>,
        ],
        [facts.mode, words.modes[tag.mode ?? "JOB_MODE_INCREMENTAL"]],
        [facts.concurrency, format.number(tag.maxConcurrency)],
      ];
    }
    if (index !== undefined) {
      return [
        [facts.indexSet, idOf(index.indexSet)],
        [facts.mode, words.modes[index.mode ?? "JOB_MODE_INCREMENTAL"]],
        [facts.concurrency, format.number(index.maxConcurrency)],
      ];
    }
    if (exported !== undefined) {
      return [
        [facts.destination, <code key="destination">{exported.destinationUri}</code>],
        [facts.manifest, exportSummary && <code key="manifest">{exportSummary.manifestUri}</code>],
        [facts.attributes, exported.filteredAttributes?.join(", ") || facts.allAttributes],
      ];
    }
    if (tagEdit !== undefined) return [[tagEdit.undo === true ? facts.undo : facts.edit, idOf(tagEdit.tagEdit)]];
    return [];
  }
}
