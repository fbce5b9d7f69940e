import { Anchor, Button, Group, Switch, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { ImagingFilter, ImagingStudy } from "@/api/imaging";
import type { Case } from "@/api/readerStudies";
import { ImagingFilterFields } from "@/coordinator/imaging/ImagingFilterFields";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { PickTable } from "./PickTable";
import type { Selection } from "./useSelection";

interface PickingProps {
  cases: Case[];
  selection: Selection;
  filter: ImagingFilter;
  setFilter: (filter: ImagingFilter) => void;
  /** The filter that was asked for: typing goes before it. */
  asked: ImagingFilter;
  found: UseQueryResult<ImagingStudy[]>;
}

/** Picks imaging studies: search, filter, one by one or all that match. */
export function Picking({ cases, selection, filter, setFilter, asked, found }: PickingProps) {
  const [onlySelected, setOnlySelected] = useState(false);
  const shown = (found.data ?? []).filter((study) => !onlySelected || selection.has(study.id));
  const shownIds = shown.map((study) => study.id);
  return (
    <>
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
          {shown.length} match, {selection.count} selected
        </Text>
      </Group>
      {found.error && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <LoadingScreen />}
      {found.isSuccess && shown.length === 0 && <NothingToPick filter={asked} />}
      {shown.length > 0 && <PickTable studies={shown} cases={cases} selection={selection} />}
    </>
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
