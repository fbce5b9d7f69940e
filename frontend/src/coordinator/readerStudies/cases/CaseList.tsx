import { Button, Group, Stack, Switch, Text } from "@mantine/core";
import { useState } from "react";
import type { CaseImagingStudy } from "@/api/readerStudies";
import { MOST_TOGETHER, type TogetherIds } from "@/domain/caseSelection";
import { pageOf } from "@/domain/pages";
import { PageBar } from "@/ui/PageBar";
import { CaseListTable } from "./CaseListTable";
import type { Selection } from "./useSelection";

const CASES_AT_ONCE = 100;

interface CaseListProps {
  selection: Selection;
  /** By id, as far as they have been seen here. */
  studies: ReadonlyMap<string, CaseImagingStudy>;
  /** Names of the stored cases by their first imaging study. */
  names: ReadonlyMap<string, string>;
  /** Why a case was not stored, by its first imaging study. */
  faults: ReadonlyMap<string, string[]>;
}

/** The cases in order, and which imaging studies of a patient are read together as one. */
export function CaseList({ selection, studies, names, faults }: CaseListProps) {
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [onlySeveral, setOnlySeveral] = useState(false);
  const [asked, setAsked] = useState(1);
  const patientOf = ([first = ""]: TogetherIds) => studies.get(first)?.patient_key ?? first;
  const several = patientsWithSeveral(selection.cases, patientOf);
  const listed = onlySeveral
    ? selection.cases.filter((one) => one.length > 1 || several.has(patientOf(one)))
    : selection.cases;
  const page = pageOf([...listed], asked, CASES_AT_ONCE);
  const chosen = selection.cases.filter(([first = ""]) => marked.has(first));
  const obstacle = whyNotJoined(chosen, patientOf);
  const toggle = (first: string) => {
    const next = new Set(marked);
    if (!next.delete(first)) next.add(first);
    setMarked(next);
  };
  const join = () => {
    selection.join(new Set(chosen.map(([first = ""]) => first)));
    setMarked(new Set());
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        Imaging studies of one patient can be read together as one case: tick them here. The first of a case
        is the one by which the AI is judged; readers mark all of them.
      </Text>
      <Group gap="md">
        <Button variant="default" disabled={obstacle !== null} onClick={join}>
          Read together as one case
        </Button>
        <Switch
          label={`Only patients with several (${several.size})`}
          checked={onlySeveral}
          onChange={(event) => {
            setOnlySeveral(event.currentTarget.checked);
            setAsked(1);
          }}
        />
        {chosen.length > 0 && (
          <Text size="sm" role="status">
            {chosen.length} ticked. {obstacle}
          </Text>
        )}
      </Group>
      <PageBar page={page} total={listed.length} of="cases" onPage={setAsked} />
      <CaseListTable
        rows={page.rows}
        before={page.before}
        {...{ selection, studies, names, faults, marked, toggle }}
      />
      <PageBar page={page} total={listed.length} of="cases" onPage={setAsked} />
    </Stack>
  );
}

/** Patients of whom there are several cases, or one of several imaging studies. */
function patientsWithSeveral(
  cases: readonly TogetherIds[],
  patientOf: (one: TogetherIds) => string,
): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const one of cases) counts.set(patientOf(one), (counts.get(patientOf(one)) ?? 0) + one.length);
  return new Set([...counts].filter(([, count]) => count > 1).map(([patient]) => patient));
}

function whyNotJoined(
  chosen: readonly TogetherIds[],
  patientOf: (one: TogetherIds) => string,
): string | null {
  if (chosen.length < 2) return "Tick another of the same patient.";
  if (new Set(chosen.map(patientOf)).size > 1) return "They are of different patients.";
  if (chosen.flat().length > MOST_TOGETHER) return `At most ${MOST_TOGETHER} are read together.`;
  return null;
}
