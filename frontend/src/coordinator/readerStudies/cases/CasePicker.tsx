import { Anchor, Button, SegmentedControl } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { type ImagingFilter, imagingStudiesQuery } from "@/api/imaging";
import { Problem } from "@/api/problem";
import { type Case, imagesOf, putCases } from "@/api/readerStudies";
import { counted } from "@/domain/counted";
import { Section } from "@/ui/Section";
import { UnsavedGuard } from "@/ui/UnsavedGuard";
import { type PartProps, useStudyChange } from "../parts";
import { CaseList } from "./CaseList";
import { Picking } from "./Picking";
import { SaveFault } from "./SaveFault";
import { useKnownStudies } from "./useKnownStudies";
import { type Selection, useSelection } from "./useSelection";

const TYPING_PAUSE_MS = 250;

const idsOf = (cases: Case[]) => cases.map((row) => imagesOf(row).map(({ id }) => id));

type View = "PICK" | "CASES";

/** The cases of a draft: imaging studies are picked, and those that are read together are made one case. */
export function CasePicker({ readerStudy, cases }: PartProps & { cases: Case[] }) {
  const [view, setView] = useState<View>("PICK");
  const [filter, setFilter] = useState<ImagingFilter>({ search: "", modality: "" });
  const [asked] = useDebouncedValue(filter, TYPING_PAUSE_MS);
  const found = useQuery(imagingStudiesQuery(asked));
  const studies = useKnownStudies(cases, found.data);
  const selection = useSelection(idsOf(cases));
  const saving = useStudyChange(
    readerStudy.id,
    (chosen: string[][]) => putCases(readerStudy.id, chosen, plain(selection.base)),
    (stored) => selection.markSaved(idsOf(stored)),
  );
  const faults = useMemo(() => caseFaults(saving.error, saving.variables), [saving.error, saving.variables]);
  return (
    <Section
      title={`${counted(selection.cases.length, "case")} selected`}
      about={<AboutCases readerStudyId={readerStudy.id} />}
      actions={
        <Button
          disabled={!selection.isDirty}
          loading={saving.isPending}
          onClick={() => saving.mutate(plain(selection.cases))}
        >
          Save selection
        </Button>
      }
    >
      <UnsavedGuard isDirty={selection.isDirty} />
      {saving.error && (
        <SaveFault
          error={saving.error}
          readerStudyId={readerStudy.id}
          onNewer={(newer) => {
            selection.rebase(idsOf(newer));
            saving.reset();
          }}
        />
      )}
      <SegmentedControl
        aria-label="What is listed"
        style={{ alignSelf: "flex-start" }}
        value={view}
        onChange={(value) => setView(value as View)}
        data={[
          { value: "PICK", label: "Imaging studies to pick from" },
          { value: "CASES", label: `Cases in order (${selection.cases.length})` },
        ]}
      />
      {view === "PICK" ? (
        <Picking {...{ cases, selection, filter, setFilter, asked, found }} />
      ) : (
        <CaseList selection={selection} studies={studies} names={namesOf(cases)} faults={faults} />
      )}
    </Section>
  );
}

const plain = (cases: Selection["cases"]) => cases.map((ids) => [...ids]);

const namesOf = (cases: Case[]) => new Map(cases.map((row) => [row.imaging_study.id, row.name]));

/** The server's words about single cases, by the first imaging study of each. */
function caseFaults(error: unknown, sent: string[][] | undefined): ReadonlyMap<string, string[]> {
  const faults = new Map<string, string[]>();
  if (!(error instanceof Problem)) return faults;
  for (const { field, detail } of error.errors) {
    const first = sent?.[Number(/^cases\[(\d+)\]/.exec(field)?.[1])]?.[0];
    if (first !== undefined) faults.set(first, [...(faults.get(first) ?? []), detail]);
  }
  return faults;
}

function AboutCases({ readerStudyId }: { readerStudyId: string }) {
  return (
    <>
      Each imaging study becomes one case; several of one patient can be read together as one (Cases in
      order). Readers see the case's name, never the patient's. A larger pool is better{" "}
      <Anchor component={Link} to={`/reader-studies/${readerStudyId}/sampling`} inherit>
        drawn from by strata
      </Anchor>
      .
    </>
  );
}
