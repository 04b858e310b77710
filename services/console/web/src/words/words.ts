import { createContext, useContext } from "react";
import { en } from "./en";
import type { Language } from "./language";

/** All words of the console; every language has the same keys. */
export type Words = typeof en;

/** The words of a language; Chinese ones are fetched when they are first wanted. */
export async function wordsOf(language: Language): Promise<Words> {
  return language === "zh" ? (await import("./zh")).zh : en;
}

export interface Speech {
  readonly language: Language;
  readonly words: Words;
  readonly speak: (language: Language) => Promise<void>;
}

export const SpeechContext = createContext<Speech>({ language: "en", words: en, speak: async () => undefined });

/** The words to show, in the language that was chosen. */
export function useWords(): Words {
  return useContext(SpeechContext).words;
}
