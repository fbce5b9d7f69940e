import { Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useSearchParams } from "react-router";
import type { CaseOutcome, Consensus } from "@/api/reference";
import { pageOf } from "@/domain/pages";
import { PageBar } from "@/ui/PageBar";
import type { PartProps } from "../parts";
import { CaseLesions } from "./CaseLesions";

// Each case has a table of its own.
const CASES_AT_ONCE = 25;

interface LesionTablesProps extends PartProps {
  consensus: Consensus;
  /** After a correction: what was seen is no longer what there is. */
  onCorrected: () => void;
}

/** Case by case, which marks are one lesion, and the means to say otherwise. */
export function LesionTables({ readerStudy, consensus, onCorrected }: LesionTablesProps) {
  const { arm, lesions } = consensus.rule;
  const shown = useShownCases(consensus);
  if (!lesions) return null;
  const { marked, kept, page } = shown;
  const bar = (
    <PageBar
      page={page}
      total={kept.length}
      of="cases with marks"
      onPage={(number) => shown.toPage(number)}
    />
  );
  return (
    <Stack gap="md" role="group" aria-label="Lesions of the preview">
      <Text size="sm" c="dimmed">
        {marked.length} of {consensus.cases.length} cases have marks. Who read a case and has no mark on a
        lesion votes against it. Choose marks and make them one lesion to split, join or move them; nothing
        that a reader signed changes.
      </Text>
      {marked.length > 0 && (
        <Group gap="md">
          <TextInput
            aria-label="Search for a case with marks"
            placeholder="Case"
            w={220}
            value={shown.search}
            onChange={(event) => shown.setSearch(event.currentTarget.value)}
          />
          <Switch
            label={`Only cases with an open question (${marked.filter(isOpen).length})`}
            checked={shown.onlyOpen}
            onChange={(event) => shown.setOnlyOpen(event.currentTarget.checked)}
          />
        </Group>
      )}
      {bar}
      {marked.length > 0 && kept.length === 0 && (
        <Text size="sm" role="status">
          No case with marks fits.
        </Text>
      )}
      {page.rows.map((one) => (
        <CaseLesions
          key={`${one.case_id} ${one.matching.correction}`}
          readerStudyId={readerStudy.id}
          name={one.case}
          matching={one.matching}
          asked={{ case_id: one.case_id, arm, question: lesions.question }}
          onCorrected={onCorrected}
        />
      ))}
      {bar}
    </Stack>
  );
}

/** Which cases are shown: page and filter stand in the address, what is typed does not. */
function useShownCases({ cases }: Consensus) {
  const [parameters, setParameters] = useSearchParams();
  const [search, setSearch] = useState("");
  const onlyOpen = parameters.get("lesions") === "open";
  const toPage = (number: number, replace = false) =>
    setParameters(withParameter("lesion-page", String(number)), { replace });
  const marked = cases.filter(hasLesions);
  const wanted = search.trim().toLowerCase();
  const kept = marked.filter((one) => one.case.toLowerCase().includes(wanted) && (!onlyOpen || isOpen(one)));
  return {
    marked,
    kept,
    search,
    onlyOpen,
    page: pageOf(kept, Number(parameters.get("lesion-page")), CASES_AT_ONCE),
    toPage,
    setSearch: (typed: string) => {
      setSearch(typed);
      toPage(1, true);
    },
    setOnlyOpen: (isOnly: boolean) =>
      setParameters((before) =>
        withParameter("lesion-page", "1")(withParameter("lesions", isOnly ? "open" : "all")(before)),
      ),
  };
}

const withParameter = (name: string, value: string) => (before: URLSearchParams) => {
  const after = new URLSearchParams(before);
  after.set(name, value);
  return after;
};

type WithLesions = CaseOutcome & { matching: NonNullable<CaseOutcome["matching"]> };

function hasLesions(one: CaseOutcome): one is WithLesions {
  return one.matching !== null && one.matching.lesions.length > 0;
}

/** Whether somebody still has to say something: about the case, a lesion, or a correction that no longer fits. */
function isOpen({ outcome, matching }: WithLesions): boolean {
  const isLesionOpen = matching.lesions.some((lesion) => lesion.outcome === "ADJUDICATION");
  return outcome === "ADJUDICATION" || isLesionOpen || matching.is_correction_outdated;
}
