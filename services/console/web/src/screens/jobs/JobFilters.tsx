import { useQuery } from "@tanstack/react-query";
import { datasetsQuery } from "@/api/datasets";
import { type JobKind, jobKinds } from "@/api/jobs";
import { idOf } from "@/api/names";
import { useSession } from "@/app/session";
import { FilterBar } from "@/parts/FilterBar";
import { Select } from "@/parts/Select";
import { useWords } from "@/words/words";
import { jobsRoute, type StateFilter, stateFilters } from "./route";

const any = "any";

/** Which jobs the list shows. */
export function JobFilters() {
  const words = useWords().jobs;
  const { workspace } = useSession();
  const search = jobsRoute.useSearch();
  const navigate = jobsRoute.useNavigate();
  const datasets = useQuery(datasetsQuery(workspace));
  const known = (datasets.data ?? []).map((one) => ({
    value: idOf(one.name),
    label: one.displayName || idOf(one.name),
  }));
  const { dataset = any, state = any, kind = any } = search;
  const named = dataset === any || known.some(({ value }) => value === dataset);

  const narrow = (changed: { dataset?: string; state?: StateFilter | typeof any; kind?: JobKind | typeof any }) =>
    void navigate({
      search: Object.fromEntries(Object.entries({ ...search, ...changed }).filter(([, value]) => value !== any)),
      replace: true,
    });
  return (
    <FilterBar>
      <Select<string>
        label={words.filters.dataset}
        value={dataset}
        onValue={(next) => narrow({ dataset: next })}
        choices={[
          { value: any, label: words.filters.anyDataset },
          ...known,
          ...(named ? [] : [{ value: dataset, label: dataset }]),
        ]}
      />
      <Select<JobKind | typeof any>
        label={words.filters.kind}
        value={kind}
        onValue={(next) => narrow({ kind: next })}
        choices={[
          { value: any, label: words.filters.anyKind },
          ...jobKinds.map((value) => ({ value, label: words.kinds[value] })),
        ]}
      />
      <Select<StateFilter | typeof any>
        label={words.filters.state}
        value={state}
        onValue={(next) => narrow({ state: next })}
        choices={[
          { value: any, label: words.filters.anyState },
          ...stateFilters.map((value) => ({
            value,
            label: value === "active" ? words.filters.active : words.states[value],
          })),
        ]}
      />
    </FilterBar>
  );
}
