import { Button, Group, ScrollArea, Table, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Preview } from "@/api/sampling";
import { pageOf } from "@/domain/pages";
import { PageBar } from "@/ui/PageBar";
import classes from "./Sampling.module.css";

interface PreviewPanelProps {
  columns: string[];
  preview: Preview | undefined;
  isLooking: boolean;
  isDrawing: boolean;
  /** Null while there is nothing to draw. */
  onLook: ((seed: string) => void) | null;
  onDraw: (seed: string, digest: string) => void;
}

/** The seed, a look at who it draws, and the draw. */
export function PreviewPanel({ columns, preview, isLooking, isDrawing, onLook, onDraw }: PreviewPanelProps) {
  const [typed, setTyped] = useState("");
  const { seed, digest, drawn } = preview ?? {};
  // Of another seed than the one that is typed nothing is shown.
  const isShown = seed && digest && drawn && (typed.trim() === "" || typed.trim() === seed);
  return (
    <>
      <Group gap="sm" align="flex-end">
        <TextInput
          label="Seed"
          description="Empty: a new one. Each look is in the audit trail with its seed."
          w={420}
          maxLength={64}
          value={typed}
          placeholder={isShown ? seed : ""}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={!onLook}
          loading={isLooking}
          onClick={() => onLook?.(typed.trim())}
        >
          Preview
        </Button>
        {isShown && (
          <Button loading={isDrawing} onClick={() => onDraw(seed, digest)}>
            Draw these {drawn.length} cases
          </Button>
        )}
      </Group>
      {isShown && (
        <>
          <Text size="sm" role="status">
            The seed {seed} draws these {drawn.length}, in this order. Nothing is stored yet.
          </Text>
          <Drawn key={digest} columns={columns} drawn={drawn} />
        </>
      )}
    </>
  );
}

const ROWS_AT_ONCE = 100;

/** Who is drawn, a page at a time: a draw may have thousands. */
function Drawn({ columns, drawn }: { columns: string[]; drawn: NonNullable<Preview["drawn"]> }) {
  const [asked, setAsked] = useState(1);
  const page = pageOf(drawn, asked, ROWS_AT_ONCE);
  return (
    <>
      <PageBar page={page} total={drawn.length} of="cases drawn" onPage={setAsked} />
      <ScrollArea.Autosize mah={300} maw={1000}>
        <Table aria-label="Who is drawn" verticalSpacing={2} stickyHeader className={classes.drawn}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={60}>No.</Table.Th>
              <Table.Th>Study Instance UID</Table.Th>
              <Table.Th>Patient</Table.Th>
              {columns.map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {page.rows.map((one, index) => (
              <Table.Tr key={one.study_instance_uid}>
                <Table.Td>{page.before + index + 1}</Table.Td>
                <Table.Td>{one.study_instance_uid}</Table.Td>
                <Table.Td>{one.patient}</Table.Td>
                {columns.map((name, place) => (
                  <Table.Td key={name}>{one.values[place]}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
    </>
  );
}
