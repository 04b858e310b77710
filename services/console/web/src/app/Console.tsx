import { CSPProvider } from "@base-ui/react/csp-provider";
import { Tooltip } from "@base-ui/react/tooltip";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type AnyRouter, RouterProvider } from "@tanstack/react-router";
import { StrictMode, useEffect } from "react";
import { listenForShortcuts } from "@/keys/shortcuts";
import { Toasts } from "@/parts/Toasts";
import type { Language } from "@/words/language";
import { SpeechProvider } from "@/words/SpeechProvider";
import type { Words } from "@/words/words";

interface Props {
  readonly queries: QueryClient;
  readonly router: AnyRouter;
  readonly speech: { readonly language: Language; readonly words: Words };
}

/** The whole console. */
export function Console({ queries, router, speech }: Props) {
  useEffect(listenForShortcuts, []);
  return (
    <StrictMode>
      <CSPProvider disableStyleElements>
        <SpeechProvider first={speech}>
          <QueryClientProvider client={queries}>
            <Tooltip.Provider>
              <RouterProvider router={router} />
              <Toasts />
            </Tooltip.Provider>
          </QueryClientProvider>
        </SpeechProvider>
      </CSPProvider>
    </StrictMode>
  );
}
