import { Anchor, Button, Group, Switch, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { type ImagingFilter, imagingStudiesQuery } from "@/api/imaging";
import { type Case, putCases } from "@/api/readerStudies";
import { ImagingFilterFields } from "@/coordinator/imaging/ImagingFilterFields";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { UnsavedGuard } from "@/ui/UnsavedGuard";
import { type PartProps, useStudyChange } from "../parts";
import { PickTable } from "./PickTable";
import { SaveFault } from "./SaveFault";
import { useSelection } from "./useSelection";

const TYPING_PAUSE_MS = 250;

const studyIds = (cases: Case[]) => cases.map((row) => row.imaging_study.id);

/** Picks imaging studies: search, filter, one by one or all that match. */
export function CasePicker({ readerStudy, cases }: PartProps & { cases: Case[] }) {
  const [filter, setFilter] = useState<ImagingFilter>({ search: "", modality: "" });
  const [onlySelected, setOnlySelected] = useState(false);
  const [asked] = useDebouncedValue(filter, TYPING_PAUSE_MS);
  const found = useQuery(imagingStudiesQuery(asked));
  const selection = useSelection(studyIds(cases));
  const saving = useStudyChange(
    readerStudy.id,
    (ids: string[]) => putCases(readerStudy.id, ids, selection.base),
    (stored) => selection.markSaved(studyIds(stored)),
  );
  const shown = (found.data ?? []).filter((study) => !onlySelected || selection.has(study.id));
  const shownIds = shown.map((study) => study.id);

  return (
    <Section
      title={`${selection.ids.length} case(s) selected`}
      about={
        <>
          Each imaging study becomes one case. Readers see the case's name, never the patient's. A larger pool
          is better{" "}
          <Anchor component={Link} to={`/reader-studies/${readerStudy.id}/sampling`} inherit>
            drawn from by strata
          </Anchor>
          .
        </>
      }
      actions={
        <Button
          disabled={!selection.isDirty}
          loading={saving.isPending}
          onClick={() => saving.mutate(selection.ids)}
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
            selection.rebase(studyIds(newer));
            saving.reset();
          }}
        />
      )}
      <ImagingFilterFields value={filter} onChange={setFilter}>
        <Switch
          label="Only selected"
          checked={onlySelected}
          onChange={(event) => setOnlySelected(event.currentTarget.checked)}
        />
      </ImagingFilterFields>
      <Group gap="sm">
        <Button variant="default" disabled={shown.length === 0} onClick={() => selection.add(shownIds)}>
          Select all {shown.length} shown
        </Button>
        <Button variant="default" disabled={shown.length === 0} onClick={() => selection.remove(shownIds)}>
          Deselect all shown
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {shown.length} match, {selection.ids.length} selected
        </Text>
      </Group>
      {found.error && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <LoadingScreen />}
      {found.isSuccess && shown.length === 0 && <NothingToPick filter={asked} />}
      {shown.length > 0 && <PickTable studies={shown} cases={cases} selection={selection} />}
    </Section>
  );
}

function NothingToPick({ filter }: { filter: ImagingFilter }) {
  if (filter.search !== "" || filter.modality !== "") {
    return <EmptyState title="Nothing matches">Search for less, or clear the filter.</EmptyState>;
  }
  return (
    <EmptyState title="No imaging study to pick from">
      <Anchor component={Link} to="/imaging-studies" size="sm">
        Add DICOM images
      </Anchor>{" "}
      first, then come back.
    </EmptyState>
  );
}
