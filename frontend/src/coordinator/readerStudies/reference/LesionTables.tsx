import { Stack, Text } from "@mantine/core";
import type { CaseOutcome, Consensus } from "@/api/reference";
import type { PartProps } from "../parts";
import { CaseLesions } from "./CaseLesions";

// Each case has a table of its own; the API has them all.
const CASES_SHOWN = 100;

interface LesionTablesProps extends PartProps {
  consensus: Consensus;
  /** After a correction: what was seen is no longer what there is. */
  onCorrected: () => void;
}

/** Case by case, which marks are one lesion, and the means to say otherwise. */
export function LesionTables({ readerStudy, consensus, onCorrected }: LesionTablesProps) {
  const { arm, lesions } = consensus.rule;
  if (!lesions) return null;
  const marked = consensus.cases.filter(hasLesions);
  return (
    <Stack gap="md" role="group" aria-label="Lesions of the preview">
      <Text size="sm" c="dimmed">
        {marked.length} of {consensus.cases.length} cases have marks. Who read a case and has no mark on a
        lesion votes against it. Choose marks and make them one lesion to split, join or move them; nothing
        that a reader signed changes.
      </Text>
      {marked.slice(0, CASES_SHOWN).map((one) => (
        <CaseLesions
          key={`${one.case_id} ${one.matching.correction}`}
          readerStudyId={readerStudy.id}
          name={one.case}
          matching={one.matching}
          asked={{ case_id: one.case_id, arm, question: lesions.question }}
          onCorrected={onCorrected}
        />
      ))}
      {marked.length > CASES_SHOWN && (
        <Text size="sm" c="dimmed">
          The first {CASES_SHOWN} of {marked.length} cases are shown.
        </Text>
      )}
    </Stack>
  );
}

type WithLesions = CaseOutcome & { matching: NonNullable<CaseOutcome["matching"]> };

function hasLesions(one: CaseOutcome): one is WithLesions {
  return one.matching !== null && one.matching.lesions.length > 0;
}
