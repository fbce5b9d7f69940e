import { Button, Group, Stack, Table, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type ImagingFilter, type ImagingStudy, imagingStudyPagesQuery } from "@/api/imaging";
import { SyntheticBadge } from "@/ui/badges";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { calendarDate } from "@/ui/times";
import { ImagingFilterFields } from "./ImagingFilterFields";
import { SeriesRows } from "./SeriesRows";

const TYPING_PAUSE_MS = 250;

/** The searchable list of imaging studies; a row opens to its series. */
export function StudyTable() {
  const [filter, setFilter] = useState<ImagingFilter>({ search: "", modality: "" });
  const [asked] = useDebouncedValue(filter, TYPING_PAUSE_MS);
  const pages = useInfiniteQuery(imagingStudyPagesQuery(asked));
  const studies = pages.data?.pages.flatMap((page) => page.results) ?? [];
  const isFiltered = asked.search !== "" || asked.modality !== "";
  return (
    <Stack gap="sm">
      <ImagingFilterFields value={filter} onChange={setFilter} />
      {pages.error && <ErrorNotice error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <LoadingScreen />}
      {pages.isSuccess && studies.length === 0 && <NothingHere isFiltered={isFiltered} />}
      {studies.length > 0 && <Rows studies={studies} />}
      <Group justify="center">
        {pages.hasNextPage && (
          <Button
            variant="default"
            loading={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
          >
            Show more
          </Button>
        )}
        {pages.isSuccess && !pages.hasNextPage && studies.length > 0 && (
          <Text size="xs" c="dimmed">
            {studies.length} imaging studies
          </Text>
        )}
      </Group>
    </Stack>
  );
}

function NothingHere({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered)
    return <EmptyState title="Nothing matches">Search for less, or clear the filter.</EmptyState>;
  return (
    <EmptyState title="No imaging study yet">
      Drop a folder of DICOM files above. They then appear here, and cases can be picked from them.
    </EmptyState>
  );
}

function Rows({ studies }: { studies: ImagingStudy[] }) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Table highlightOnHover stickyHeader aria-label="Imaging studies">
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={90}>Modality</Table.Th>
          <Table.Th>Description</Table.Th>
          <Table.Th>Patient</Table.Th>
          <Table.Th>Body part</Table.Th>
          <Table.Th>Study date</Table.Th>
          <Table.Th ta="right">Series</Table.Th>
          <Table.Th ta="right">Images</Table.Th>
          <Table.Th w={90} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {studies.map((study) => (
          <StudyRow
            key={study.id}
            study={study}
            isOpen={open === study.id}
            onToggle={() => setOpen(open === study.id ? null : study.id)}
          />
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface StudyRowProps {
  study: ImagingStudy;
  isOpen: boolean;
  onToggle: () => void;
}

function StudyRow({ study, isOpen, onToggle }: StudyRowProps) {
  return (
    <>
      <Table.Tr>
        <Table.Td>{study.modalities.join(", ")}</Table.Td>
        <Table.Td>
          <Group gap="xs">
            {study.study_description || "–"}
            {study.is_synthetic && <SyntheticBadge />}
          </Group>
        </Table.Td>
        <Table.Td>{study.patient_key}</Table.Td>
        <Table.Td>{study.body_part || "–"}</Table.Td>
        <Table.Td>{calendarDate(study.study_date)}</Table.Td>
        <Table.Td ta="right">{study.number_of_series}</Table.Td>
        <Table.Td ta="right">{study.number_of_instances}</Table.Td>
        <Table.Td ta="right">
          <Button variant="subtle" size="compact-xs" aria-expanded={isOpen} onClick={onToggle}>
            {isOpen ? "Hide" : "Series"}
          </Button>
        </Table.Td>
      </Table.Tr>
      {isOpen && <SeriesRows id={study.id} />}
    </>
  );
}
