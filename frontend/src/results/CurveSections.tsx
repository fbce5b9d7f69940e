import { Select } from "@mantine/core";
import { useState } from "react";
import { isUndefined } from "@/domain/analysisResult";
import { casesAt, decidedCases } from "@/domain/casesBehind";
import { csvText } from "@/domain/csv";
import {
  curveOf,
  type DescribedParticipant,
  type Description,
  subjectOf,
  voiceName,
} from "@/domain/description";
import { prPointsOf } from "@/domain/precisionRecall";
import { percentText, ratingWriter } from "@/domain/resultText";
import { Figure } from "@/ui/charts/Figure";
import { Section } from "@/ui/Section";
import { useOpenCases } from "./casesBehind";
import { PrPlot } from "./charts/PrPlot";
import { type BandPoint, type CurveOpening, RocPlot } from "./charts/RocPlot";

interface CurveSectionsProps {
  description: Description;
  participants: DescribedParticipant[];
  level: number;
}

/** ROC and precision-recall: the AI's curves with every reader's decision on them; of one reader at a time the curve too. */
export function CurveSections({ description, participants, level }: CurveSectionsProps) {
  const [key, setKey] = useState<string | null>(null);
  const opening = useCurveOpening(description);
  const readers = participants.filter(({ kind }) => kind === "READER");
  const withCurve = (one: DescribedParticipant) => one.kind === "AI" || one.key === key;
  const nameOf = (one: DescribedParticipant) => voiceName(one, subjectOf(description, one.subject));
  const drawn = participants.map((one) =>
    withCurve(one) || isUndefined(one.roc) ? one : { ...one, roc: { ...one.roc, curve: [] } },
  );
  const interval = percentText(level);
  return (
    <Section
      title="ROC and precision-recall"
      actions={
        readers.length > 0 && (
          <Select
            w={240}
            aria-label="Whose curve to draw too"
            placeholder="Curve of a reader"
            clearable
            data={readers.map((one) => ({ value: one.key, label: nameOf(one) }))}
            value={key}
            onChange={setKey}
          />
        )
      }
    >
      <Figure
        title="ROC curve of the AI, and where the readers decide"
        caption={`A marker shows the decisions really made. The band is the ${interval} bootstrap interval of the first AI's sensitivity at each specificity by itself. The dotted diagonal is chance.`}
        name="roc"
        csv={() => rocCsv(participants)}
        isOpening
        chart={<RocPlot participants={drawn} band={bandOf(participants[0])} opening={opening} />}
      />
      <Figure
        title="Precision and recall of the AI, and where the readers decide"
        caption={`Precision is that among these cases: the dotted line is their share of positive ones, ${prevalenceText(participants[0])}. The band is the ${interval} bootstrap interval of the first AI's precision at each recall by itself.`}
        name="precision-recall"
        csv={() => prCsv(participants)}
        isOpening
        chart={<PrPlot participants={participants} withCurve={withCurve} opening={opening} />}
      />
    </Section>
  );
}

function useCurveOpening(description: Description): CurveOpening<DescribedParticipant> {
  const openCases = useOpenCases();
  const nameOf = (one: DescribedParticipant) => voiceName(one, subjectOf(description, one.subject));
  return {
    ofPoint: (one, threshold) =>
      one.ratings &&
      (() => {
        const ratingText = ratingWriter(curveOf(one).map((point) => point.threshold));
        const from = threshold === null ? "above all" : `from ${ratingText(threshold)} on`;
        const chosen = casesAt(`${nameOf(one)}, ratings ${from}`, one, threshold, description.cases);
        if (chosen) openCases(chosen);
      }),
    ofDecisions: (one) => () => openCases(decidedCases(`${nameOf(one)}, decisions`, one)),
  };
}

function prevalenceText(participant: DescribedParticipant | undefined): string {
  if (!participant || isUndefined(participant.roc)) return "not known";
  const { positives, negatives } = participant.roc.counts;
  return `${positives} of ${positives + negatives}`;
}

function bandOf(participant: DescribedParticipant | undefined): BandPoint[] {
  if (!participant || isUndefined(participant.roc)) return [];
  return (participant.roc.band ?? []).flatMap(({ specificity, sensitivity }) =>
    isUndefined(sensitivity) || sensitivity.low === null || sensitivity.high === null
      ? []
      : [{ specificity, low: sensitivity.low, high: sensitivity.high }],
  );
}

function rocCsv(participants: DescribedParticipant[]): string {
  return csvText(
    ["participant", "name", "fpf", "fpf_low", "fpf_high", "tpf", "tpf_low", "tpf_high", "threshold"],
    participants.flatMap((one) =>
      curveOf(one).map((point) => [
        one.subject,
        one.name,
        point.fpf,
        point.fpf_low,
        point.fpf_high,
        point.tpf,
        point.tpf_low,
        point.tpf_high,
        point.threshold,
      ]),
    ),
  );
}

function prCsv(participants: DescribedParticipant[]): string {
  return csvText(
    ["participant", "name", "recall", "precision", "true_positive", "false_positive", "threshold"],
    participants.flatMap((one) =>
      prPointsOf(one).map(({ recall, precision, tp, fp, threshold }) => [
        one.subject,
        one.name,
        recall,
        precision,
        tp,
        fp,
        threshold,
      ]),
    ),
  );
}
