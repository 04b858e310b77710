import "./look/base.css";
import { createRoot } from "react-dom/client";
import { createQueries } from "./api/queries";
import { Console } from "./app/Console";
import { createConsoleRouter } from "./app/router";
import { showScheme } from "./look/scheme";
import { chosenLanguage } from "./words/language";
import { wordsOf } from "./words/words";

async function start(): Promise<void> {
  showScheme();
  const language = chosenLanguage();
  const queries = createQueries();
  const place = document.getElementById("root");
  if (place === null) throw new Error("index.html has no element with the id root");
  createRoot(place).render(
    <Console
      queries={queries}
      router={createConsoleRouter(queries)}
      speech={{ language, words: await wordsOf(language) }}
    />,
  );
}

void start();
