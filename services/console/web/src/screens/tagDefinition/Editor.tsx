import { type Dispatch, type SetStateAction, useCallback, useMemo } from "react";
import { Field } from "@/parts/Field";
import { Section } from "@/parts/Section";
import { TextArea } from "@/parts/TextArea";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import type { DefinitionDraft } from "./draft";
import styles from "./Editor.module.css";
import { type Problem, problemsOf } from "./problems";
import { TagForm } from "./TagForm";
import { TagJson } from "./TagJson";
import { readDefinition, type TagDraft, writeDefinition } from "./tags";

interface Props {
  readonly draft: DefinitionDraft;
  readonly onDraft: Dispatch<SetStateAction<DefinitionDraft>>;
  readonly fileName: string;
}

/** What is wrong with the tags of a draft. */
export function useProblems({ text }: DefinitionDraft): readonly Problem[] {
  const words = useWords().tagDefinitions.wrong;
  return useMemo(() => problemsOf(text, readDefinition(text), words), [text, words]);
}

/** A definition as form and as JSON, side by side. */
export function Editor({ draft, onDraft, fileName }: Props) {
  const words = useWords().tagDefinitions;
  const reading = useMemo(() => readDefinition(draft.text), [draft.text]);
  const problems = useProblems(draft);
  const onTags = useCallback(
    (change: (tags: readonly TagDraft[]) => readonly TagDraft[]) =>
      onDraft((before) => {
        const { tags } = readDefinition(before.text);
        return tags === undefined ? before : { ...before, text: writeDefinition(change(tags)) };
      }),
    [onDraft],
  );
  return (
    <>
      <Section title={words.settings}>
        <Field label={words.displayName} help={words.displayNameHelp} optional>
          <TextInput
            value={draft.displayName}
            maxLength={127}
            onValue={(displayName) => onDraft((before) => ({ ...before, displayName }))}
          />
        </Field>
        <Field label={words.guide} help={words.guideHelp} optional>
          <TextArea
            rows={4}
            maxLength={8192}
            value={draft.guidePrompt}
            onValue={(guidePrompt) => onDraft((before) => ({ ...before, guidePrompt }))}
          />
        </Field>
      </Section>
      <Section title={words.tags} lead={words.tagsLead}>
        <div className={styles["sides"]}>
          <div className={styles["side"]}>
            <div className={styles["head"]}>
              <h3>{words.form.title}</h3>
            </div>
            <TagForm tags={reading.tags} problems={problems} onTags={onTags} />
          </div>
          <TagJson
            text={draft.text}
            reading={reading}
            problems={problems}
            fileName={fileName}
            onText={(text) => onDraft((before) => ({ ...before, text }))}
          />
        </div>
      </Section>
    </>
  );
}
