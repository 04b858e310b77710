import { useQuery } from "@tanstack/react-query";
import { datasetsQuery } from "@/api/datasets";
import { exportAttributes } from "@/api/jobs";
import { idOf } from "@/api/names";
import { useSession } from "@/app/session";
import { Checkbox } from "@/parts/Checkbox";
import { Field } from "@/parts/Field";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import styles from "./ExportFields.module.css";
import type { FieldsProps } from "./fields";

/** Which files an export lists, with what, and where. */
export function ExportFields({ draft, change, problems }: FieldsProps) {
  const { form } = useWords().jobs;
  const { workspace } = useSession();
  const datasets = useQuery(datasetsQuery(workspace));
  const root = datasets.data?.find(({ name }) => idOf(name) === draft.dataset)?.rootUri;

  function toggle(attribute: string, chosen: boolean) {
    change({
      attributes: new Set(exportAttributes.filter((one) => (one === attribute ? chosen : draft.attributes.has(one)))),
    });
  }

  return (
    <>
      <Field label={form.expression} help={form.expressionHelp} error={problems.expression} optional>
        <TextInput code value={draft.expression} onValue={(expression) => change({ expression })} />
      </Field>
      <Field label={form.destination} help={form.destinationHelp} error={problems.destination}>
        <TextInput
          code
          placeholder={root === undefined ? "" : exportsBeside(root)}
          value={draft.destination}
          onValue={(destination) => change({ destination })}
        />
      </Field>
      <fieldset className={styles["attributes"]}>
        <legend className={styles["legend"]}>{form.attributes}</legend>
        {exportAttributes.map((attribute) => (
          <Checkbox
            key={attribute}
            checked={draft.attributes.has(attribute)}
            onChecked={(chosen) => toggle(attribute, chosen)}
          >
            {attribute}
          </Checkbox>
        ))}
        {problems.attributes !== undefined && <p className={styles["error"]}>{problems.attributes}</p>}
      </fieldset>
    </>
  );
}

/** Where exports may go: beside the files, in the same bucket. */
function exportsBeside(root: string): string {
  return `${/^(?:[a-z0-9]+:\/\/[^/]+|file:\/\/\/.*)/.exec(root)?.[0] ?? root}/exports`;
}
