import { Languages } from "lucide-react";
import { use } from "react";
import { chooseScheme, schemes, useScheme } from "@/look/scheme";
import { Button } from "@/parts/Button";
import { Menu, MenuChoices, MenuSeparator } from "@/parts/Menu";
import { languages } from "@/words/language";
import { SpeechContext } from "@/words/words";

/** Language and look of the console, kept in this browser. */
export function PreferencesMenu() {
  const { language, speak, words } = use(SpeechContext);
  const scheme = useScheme();
  const name = `${words.frame.language}, ${words.frame.scheme}`;
  return (
    <Menu trigger={<Button kind="quiet" aria-label={name} title={name} icon={<Languages size={16} aria-hidden />} />}>
      <MenuChoices
        label={words.frame.language}
        value={language}
        onValue={(next) => void speak(next)}
        choices={languages.map(({ language: value, name: label }) => ({ value, label }))}
      />
      <MenuSeparator />
      <MenuChoices
        label={words.frame.scheme}
        value={scheme}
        onValue={chooseScheme}
        choices={schemes.map((value) => ({ value, label: words.frame.schemes[value] }))}
      />
    </Menu>
  );
}
