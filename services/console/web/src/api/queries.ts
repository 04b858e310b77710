import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./errors";
import { sessionQuery } from "./session";

/** The cache of answers. A call that says that nobody is signed in (any more) ends the session of the page. */
export function createQueries(): QueryClient {
  const onError = (error: Error) => {
    if (error instanceof ApiError && error.status === 401) queries.setQueryData(sessionQuery.queryKey, null);
  };
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < 2 && mayPass(error),
        // What fails is shown where it was asked for, with a button that asks again.
        throwOnError: false,
      },
    },
  });
  return queries;
}

/** Whether asking again may help: no answer came, or a service is not there. */
function mayPass(error: Error): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status === 503;
}
