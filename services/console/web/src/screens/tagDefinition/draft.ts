import { idOf } from "@/api/names";
import type { TagDefinition } from "@/api/types";
import { readDefinition, writeDefinition } from "./tags";

/** A definition as it stands in the editor; its tags are the text alone. */
export interface DefinitionDraft {
  readonly displayName: string;
  readonly guidePrompt: string;
  readonly text: string;
}

export const emptyDraft: DefinitionDraft = { displayName: "", guidePrompt: "", text: writeDefinition([]) };

export function draftOf(definition: TagDefinition): DefinitionDraft {
  const { tags } = readDefinition(definition.definitionJson ?? "");
  return {
    // The API puts the id where no name was given.
    displayName: definition.displayName === idOf(definition.name) ? "" : (definition.displayName ?? ""),
    guidePrompt: definition.guidePrompt ?? "",
    text: tags === undefined ? (definition.definitionJson ?? "") : writeDefinition(tags),
  };
}

export function definitionOf(draft: DefinitionDraft): TagDefinition {
  return {
    displayName: draft.displayName.trim(),
    guidePrompt: draft.guidePrompt.trim(),
    definitionJson: draft.text,
  };
}

export function isSame(one: DefinitionDraft, other: DefinitionDraft): boolean {
  return one.displayName === other.displayName && one.guidePrompt === other.guidePrompt && one.text === other.text;
}
