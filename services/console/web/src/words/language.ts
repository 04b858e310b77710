export type Language = "en" | "zh";

export const languages: readonly { readonly language: Language; readonly name: string }[] = [
  { language: "en", name: "English" },
  { language: "zh", name: "中文" },
];

const key = "bowerbird.language";

/** The language that was chosen here, else the first of the browser's that there is, else English. */
export function chosenLanguage(): Language {
  const wanted = [localStorage.getItem(key) ?? "", ...navigator.languages].map((tag) => tag.split("-")[0]);
  for (const tag of wanted) {
    const known = languages.find(({ language }) => language === tag);
    if (known !== undefined) return known.language;
  }
  return "en";
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(key, language);
}
