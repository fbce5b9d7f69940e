import { MultiSelect, Select, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { membersQuery, type ReaderStudy } from "@/api/readerStudies";
import type { ArbitrationRule, Pairing } from "@/domain/designs";
import type { DesignFieldProps } from "./designField";

interface ArbitrationFieldsProps extends DesignFieldProps {
  pairing: Extract<Pairing, { kind: "DOUBLE" }>;
  readerStudy: ReaderStudy;
}

/** Who decides where the two readers of a case differ. */
export function ArbitrationFields(props: ArbitrationFieldsProps) {
  const { design, isFrozen, onChange, pairing, readerStudy } = props;
  const { data: members } = useQuery(membersQuery(readerStudy.id));
  const readers = (members ?? []).filter(({ role }) => role === "READER");
  const questions = (readerStudy.label_schema?.questions ?? []).filter(({ kind }) => kind !== "SECTION");
  const rule = pairing.arbitration;
  const store = (arbitration?: ArbitrationRule) =>
    onChange({ ...design, pairing: { kind: "DOUBLE", ...(arbitration && { arbitration }) } });
  const first = readers.at(-1);
  const call = questions.find((one) => "role" in one && one.role === "CALL") ?? questions[0];
  const canBegin = first !== undefined && call !== undefined;
  const begin = () =>
    canBegin &&
    store({ arbitrators: [first.user_id], trigger: "DISAGREEMENT", questions: [call.key], shows: "ANSWERS" });
  return (
    <>
      <Switch
        label="Arbitration"
        description={
          canBegin || rule
            ? "Once both reads of a case are signed, an arbitrator reads it a third time; that read is the final one."
            : "Add the readers on the People page and build the form first."
        }
        disabled={isFrozen || (!rule && (!canBegin || design.sessions.length > 1))}
        checked={rule !== undefined}
        onChange={(event) => (event.currentTarget.checked ? begin() : store())}
      />
      {rule && <RuleFields {...{ rule, store, isFrozen, readers, questions }} />}
    </>
  );
}

interface RuleFieldsProps {
  rule: ArbitrationRule;
  store: (rule: ArbitrationRule) => void;
  isFrozen: boolean;
  readers: { user_id: string; username: string; name: string }[];
  questions: { key: string; text: string }[];
}

function RuleFields({ rule, store, isFrozen, readers, questions }: RuleFieldsProps) {
  return (
    <>
      <MultiSelect
        label="Arbitrators"
        description="Readers of this reader study who arbitrate, and read nothing else. The last one cannot be taken out."
        maw={460}
        disabled={isFrozen}
        data={readers.map(({ user_id, username, name }) => ({ value: user_id, label: name || username }))}
        value={rule.arbitrators}
        onChange={(arbitrators) => arbitrators.length > 0 && store({ ...rule, arbitrators })}
      />
      <Select
        label="Which cases"
        maw={460}
        disabled={isFrozen}
        allowDeselect={false}
        data={[
          { value: "DISAGREEMENT", label: "Those on which the two reads differ" },
          { value: "EVERY", label: "Every case" },
        ]}
        value={rule.trigger}
        onChange={(trigger) => trigger && store({ ...rule, trigger: trigger as ArbitrationRule["trigger"] })}
      />
      <MultiSelect
        label="Questions compared"
        description="Another answer, or another number of findings, is a difference."
        maw={460}
        disabled={isFrozen}
        data={questions.map(({ key, text }) => ({ value: key, label: text }))}
        value={rule.questions}
        onChange={(keys) =>
          (keys.length > 0 || rule.trigger === "EVERY") && store({ ...rule, questions: keys })
        }
      />
      <Select
        label="Arbitrators see"
        maw={460}
        disabled={isFrozen}
        allowDeselect={false}
        data={[
          { value: "ANSWERS", label: "The two reads and their marks, as Reader A and Reader B" },
          { value: "HIDDEN", label: "Nothing of the two reads" },
        ]}
        value={rule.shows}
        onChange={(shows) => shows && store({ ...rule, shows: shows as ArbitrationRule["shows"] })}
      />
    </>
  );
}
