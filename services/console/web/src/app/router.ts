import type { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import { connectionRoute, newConnectionRoute } from "@/screens/connection/route";
import { connectionsRoute } from "@/screens/connections/route";
import { dataRoute } from "@/screens/data/route";
import { datasetRoute } from "@/screens/dataset/route";
import { datasetsRoute } from "@/screens/datasets/route";
import { fileRoute } from "@/screens/file/route";
import { jobRoute } from "@/screens/job/route";
import { jobsRoute } from "@/screens/jobs/route";
import { newDatasetRoute } from "@/screens/newDataset/route";
import { newJobRoute } from "@/screens/newJob/route";
import { signInRoute } from "@/screens/signIn/route";
import { newTagDefinitionRoute, tagDefinitionRoute } from "@/screens/tagDefinition/route";
import { tagDefinitionsRoute } from "@/screens/tagDefinitions/route";
import { tagEditsRoute } from "@/screens/tagEdits/route";
import { Crash } from "./Crash";
import { NotFound } from "./NotFound";
import { Pending } from "./Pending";
import { home, root, signedIn } from "./root";

/** Every screen of the console. */
const routes = root.addChildren([
  home,
  signInRoute,
  signedIn.addChildren([
    datasetsRoute,
    datasetRoute,
    newDatasetRoute,
    connectionsRoute,
    connectionRoute,
    newConnectionRoute,
    jobsRoute,
    jobRoute,
    newJobRoute,
    tagDefinitionsRoute,
    tagDefinitionRoute,
    newTagDefinitionRoute,
    dataRoute,
    fileRoute,
    tagEditsRoute,
  ]),
]);

export function createConsoleRouter(queries: QueryClient) {
  return createRouter({
    routeTree: routes,
    context: { queries },
    // What no route reads, or refuses, is taken out of the address: it would come through to the screen otherwise.
    search: { strict: true },
    defaultPreload: "intent",
    // Answers are kept by the queries alone.
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: Crash,
    defaultNotFoundComponent: NotFound,
    defaultPendingComponent: Pending,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
