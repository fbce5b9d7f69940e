import { Button, Checkbox, Group, Table } from "@mantine/core";
import { useState } from "react";
import type { ImagingStudy } from "@/api/imaging";
import { type Case, imagesOf } from "@/api/readerStudies";
import { SyntheticBadge } from "@/ui/badges";
import { calendarDate } from "@/ui/times";
import type { Selection } from "./useSelection";

const ROWS_AT_ONCE = 200;

interface PickTableProps {
  studies: ImagingStudy[];
  cases: Case[];
  selection: Selection;
}

/** Imaging studies to tick. Long lists are drawn a part at a time; "select all" takes the whole list. */
export function PickTable({ studies, cases, selection }: PickTableProps) {
  const [drawn, setDrawn] = useState(ROWS_AT_ONCE);
  const names = new Map(cases.flatMap((row) => imagesOf(row).map(({ id }) => [id, row.name] as const)));
  return (
    <>
      <Table aria-label="Imaging studies to pick from" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={40} />
            <Table.Th w={110}>Case</Table.Th>
            <Table.Th>Modality</Table.Th>
            <Table.Th>Description</Table.Th>
            <Table.Th>Patient</Table.Th>
            <Table.Th>Study date</Table.Th>
            <Table.Th ta="right">Images</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {studies.slice(0, drawn).map((study) => (
            <PickRow key={study.id} study={study} caseName={names.get(study.id)} selection={selection} />
          ))}
        </Table.Tbody>
      </Table>
      {drawn < studies.length && (
        <Group justify="center">
          <Button variant="default" onClick={() => setDrawn(drawn + ROWS_AT_ONCE)}>
            Show more ({studies.length - drawn} left)
          </Button>
        </Group>
      )}
    </>
  );
}

interface PickRowProps {
  study: ImagingStudy;
  caseName: string | undefined;
  selection: Selection;
}

function PickRow({ study, caseName, selection }: PickRowProps) {
  const isChosen = selection.has(study.id);
  const toggle = () => (isChosen ? selection.remove([study.id]) : selection.add([study.id]));
  return (
    <Table.Tr
      onClick={toggle}
      style={{ cursor: "pointer" }}
      bg={isChosen ? "var(--mantine-primary-color-light)" : undefined}
    >
      <Table.Td onClick={(event) => event.stopPropagation()}>
        <Checkbox
          checked={isChosen}
          onChange={toggle}
          aria-label={`Pick ${study.study_description || study.study_instance_uid}, patient ${study.patient_key}`}
        />
      </Table.Td>
      <Table.Td>{isChosen ? (caseName ?? "new") : ""}</Table.Td>
      <Table.Td>{study.modalities.join(", ")}</Table.Td>
      <Table.Td>
        <Group gap="xs">
          {study.study_description || "–"}
          {study.is_synthetic && <SyntheticBadge />}
        </Group>
      </Table.Td>
      <Table.Td>{study.patient_key}</Table.Td>
      <Table.Td>{calendarDate(study.study_date)}</Table.Td>
      <Table.Td ta="right">{study.number_of_instances}</Table.Td>
    </Table.Tr>
  );
}
