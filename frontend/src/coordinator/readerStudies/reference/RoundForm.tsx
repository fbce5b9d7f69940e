import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import { beginRound, type RoundRequest } from "@/api/adjudication";
import type { ReferenceVersion } from "@/api/reference";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { NumberField } from "@/ui/NumberField";
import { type PartProps, useStudyChange } from "../parts";
import { CaseTriggers } from "./CaseTriggers";
import { LesionTriggers } from "./LesionTriggers";

/** Begins a round: which cases, and what its adjudicators see. */
export function RoundForm({ readerStudy, base }: PartProps & { base: ReferenceVersion }) {
  const questions = readerStudy.label_schema?.questions ?? [];
  const scales = questions.filter(({ kind }) => kind === "CONFIDENCE" || kind === "ORDINAL");
  const call = questions.find((one) => "role" in one && one.role === "CALL");
  const [asked, setAsked] = useState<RoundRequest>({
    base_version: base.version,
    open_cases: true,
    disagreement: false,
    disagreement_questions: [],
    confidence_question: null,
    low_confidence_below: null,
    random_percent: 0,
    lesion_not_all: false,
    lesion_distance_above_mm: null,
    lesion_iou_below: null,
    shows: "ANSWERS",
    question: call?.text ?? "",
  });
  const change = (changes: Partial<RoundRequest>) => setAsked((before) => ({ ...before, ...changes }));
  const beginning = useStudyChange(readerStudy.id, () => beginRound(readerStudy.id, asked));
  // Of a consensus that has matched no marks there is nothing to show, and no trigger by lesion.
  const hasLesions = base.rule.lesions !== undefined;
  const lacksThreshold = (asked.confidence_question === null) !== (asked.low_confidence_below === null);
  return (
    <>
      <CaseTriggers asked={asked} onChange={change} questions={questions} />
      {hasLesions && <LesionTriggers asked={asked} onChange={change} />}
      <Group gap="sm" align="flex-end">
        <NativeSelect
          label="Low confidence in"
          w={260}
          value={asked.confidence_question ?? ""}
          data={[
            { value: "", label: "no question" },
            ...scales.map(({ key, text }) => ({ value: key, label: text })),
          ]}
          onChange={(event) => {
            const key = event.currentTarget.value;
            change(
              key === ""
                ? { confidence_question: null, low_confidence_below: null }
                : { confidence_question: key },
            );
          }}
        />
        {asked.confidence_question !== null && (
          <NumberField
            label="Below"
            w={90}
            min={1}
            max={100}
            allowDecimal={false}
            value={asked.low_confidence_below}
            onChange={(value) => change({ low_confidence_below: value })}
          />
        )}
        <NumberField
          label="Random share, %"
          w={130}
          min={0}
          max={100}
          allowDecimal={false}
          value={asked.random_percent}
          onChange={(value) => change({ random_percent: value ?? 0 })}
        />
        <NativeSelect
          label="Readers’ answers"
          w={170}
          value={asked.shows}
          data={[
            { value: "ANSWERS", label: "under letters" },
            ...(hasLesions ? [{ value: "MARKS", label: "with their marks" }] : []),
            { value: "HIDDEN", label: "hidden" },
          ]}
          onChange={(event) => change({ shows: event.currentTarget.value as RoundRequest["shows"] })}
        />
        <TextInput
          label="What is decided"
          w={320}
          maxLength={500}
          value={asked.question}
          onChange={(event) => change({ question: event.currentTarget.value })}
        />
        <Button
          loading={beginning.isPending}
          disabled={asked.question.trim() === "" || lacksThreshold}
          onClick={() => beginning.mutate(undefined)}
        >
          Begin a round over version {base.version}
        </Button>
      </Group>
      {beginning.error && <ErrorNotice error={beginning.error} title="No round was begun" />}
    </>
  );
}
