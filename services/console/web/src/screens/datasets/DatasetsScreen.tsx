import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Images, Plus } from "lucide-react";
import { datasetsQuery } from "@/api/datasets";
import { idOf } from "@/api/names";
import type { Dataset } from "@/api/types";
import { present } from "@/app/search";
import { useMay, useSession } from "@/app/session";
import { useShortcut } from "@/keys/shortcuts";
import { useSearchKey } from "@/keys/useSearchKey";
import { Button } from "@/parts/Button";
import { ButtonLink } from "@/parts/ButtonLink";
import { EmptyState } from "@/parts/EmptyState";
import { ErrorState } from "@/parts/ErrorState";
import { Page } from "@/parts/Page";
import { SearchInput } from "@/parts/SearchInput";
import { Skeleton } from "@/parts/Skeleton";
import { useWords } from "@/words/words";
import { DatasetTable } from "./DatasetTable";
import { datasetsRoute, type Sort } from "./route";

/** All datasets of the workspace. */
export function DatasetsScreen() {
  const words = useWords().datasets;
  const { workspace } = useSession();
  const mayCreate = useMay("ROLE_EDITOR");
  const datasets = useQuery(datasetsQuery(workspace));
  const { q = "", sort } = datasetsRoute.useSearch();
  const navigate = datasetsRoute.useNavigate();
  const box = useSearchKey(words.searchKey);

  const narrow = (text: string) =>
    void navigate({ search: (before) => present({ ...before, q: text || undefined }), replace: true });
  const sortBy = (next: Sort) => void navigate({ search: (before) => ({ ...before, sort: next }), replace: true });
  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={mayCreate && datasets.data !== undefined && datasets.data.length > 0 && <Creation />}
    >
      {datasets.isPending && <Skeleton lines={6} />}
      {datasets.isError && <ErrorState error={datasets.error} onRetry={() => void datasets.refetch()} />}
      {datasets.data?.length === 0 && (
        <EmptyState
          icon={<Images size={28} aria-hidden />}
          title={words.empty.title}
          actions={mayCreate && <Creation />}
        >
          {words.empty.text} {!mayCreate && words.empty.viewer}
        </EmptyState>
      )}
      {datasets.data !== undefined && datasets.data.length > 0 && (
        <>
          <SearchInput ref={box} label={words.search} value={q} onValue={narrow} />
          <Matching datasets={datasets.data} text={q} sort={sort} onSort={sortBy} onClear={() => narrow("")} />
        </>
      )}
    </Page>
  );
}

function Creation() {
  const words = useWords().datasets;
  const navigate = useNavigate();
  useShortcut({ key: "n", label: words.create, run: () => void navigate({ to: "/new/dataset" }) });
  return (
    <ButtonLink to="/new/dataset" kind="primary" icon={<Plus size={14} aria-hidden />}>
      {words.create}
    </ButtonLink>
  );
}

interface MatchingProps {
  readonly datasets: readonly Dataset[];
  readonly text: string;
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort) => void;
  readonly onClear: () => void;
}

function Matching({ datasets, text, sort, onSort, onClear }: MatchingProps) {
  const words = useWords().datasets;
  const wanted = text.toLowerCase();
  const matching = datasets.filter(({ name, displayName }) =>
    `${idOf(name)}\n${displayName ?? ""}`.toLowerCase().includes(wanted),
  );
  if (matching.length > 0) return <DatasetTable datasets={matching} sort={sort} onSort={onSort} />;
  return (
    <EmptyState
      icon={<Images size={28} aria-hidden />}
      title={words.noMatch(text)}
      actions={<Button onClick={onClear}>{words.clear}</Button>}
    >
      {null}
    </EmptyState>
  );
}
