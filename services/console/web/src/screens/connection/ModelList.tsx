import { Plus, X } from "lucide-react";
import { useId } from "react";
import { Button } from "@/parts/Button";
import { classes } from "@/parts/classes";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import type { ModelDraft } from "./draft";
import styles from "./ModelList.module.css";

interface Props {
  readonly models: readonly ModelDraft[];
  /** Whether the models embed, so that their dimension may be given. */
  readonly withDimension: boolean;
  readonly onModels: (models: readonly ModelDraft[]) => void;
  readonly error: string | undefined;
}

/** The models of a service, in their order. */
export function ModelList({ models, withDimension, onModels, error }: Props) {
  const words = useWords().connections.form;
  const about = useId();
  const change = (at: number, changed: Partial<ModelDraft>) =>
    onModels(models.map((one, place) => (place === at ? { ...one, ...changed } : one)));
  return (
    <fieldset className={styles["models"]} aria-describedby={about}>
      <legend className={styles["legend"]}>{words.models}</legend>
      {models.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a model is what stands at its place
        <div key={at} className={classes(styles["model"], withDimension && styles["embedding"])}>
          <TextInput
            code
            aria-label={words.model(at + 1)}
            aria-invalid={error !== undefined || undefined}
            value={one.model}
            onValue={(model) => change(at, { model })}
          />
          {withDimension && (
            <TextInput
              code
              inputMode="numeric"
              aria-label={words.dimension(at + 1)}
              placeholder={words.dimensionShort}
              value={one.dimension}
              onValue={(dimension) => change(at, { dimension })}
            />
          )}
          <Button
            kind="quiet"
            aria-label={words.removeModel(at + 1)}
            disabled={models.length === 1}
            icon={<X size={14} aria-hidden />}
            onClick={() => onModels(models.filter((_, place) => place !== at))}
          />
        </div>
      ))}
      <div>
        <Button
          size="small"
          icon={<Plus size={12} aria-hidden />}
          onClick={() => onModels([...models, { model: "", dimension: "" }])}
        >
          {words.addModel}
        </Button>
      </div>
      <div id={about}>
        {error !== undefined && <p className={styles["error"]}>{error}</p>}
        <p className={styles["help"]}>{words.modelsHelp}</p>
      </div>
    </fieldset>
  );
}
