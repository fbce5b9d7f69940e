import { Switch, Table, Text } from "@mantine/core";
import type { BlindingCell, MatrixRow, StoredDesign } from "@/api/designs";
import { type DesignArm, withArm } from "@/domain/designs";
import { Section } from "@/ui/Section";
import classes from "./Design.module.css";
import type { DesignFieldProps } from "./designField";

/** What each arm's readers are shown: a switch where the protocol may choose, and what follows in each phase. */
export function BlindingMatrix(props: DesignFieldProps & { stored: StoredDesign }) {
  const { design, stored } = props;
  return (
    <Section
      title="Blinding"
      about="What readers are shown, arm by arm. The server keeps to it on every path, the DICOM tags included."
    >
      <Table aria-label="Blinding matrix" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            {design.arms.map((arm) => (
              <Table.Th key={arm.key} w={300}>
                {arm.key}: {arm.name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {stored.cells.map((cell) => (
            <Table.Tr key={cell.key}>
              <Table.Td>
                <Text size="sm">{cell.name}</Text>
                <Text size="xs" c="dimmed">
                  {cell.about}
                </Text>
              </Table.Td>
              {design.arms.map((arm, index) => (
                <Table.Td key={arm.key}>
                  <CellOfArm
                    {...props}
                    cell={cell}
                    arm={arm}
                    index={index}
                    row={stored.matrix[arm.key]?.[cell.key]}
                  />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

interface CellOfArmProps extends DesignFieldProps {
  cell: BlindingCell;
  arm: DesignArm;
  index: number;
  row: MatrixRow | undefined;
}

function CellOfArm({ design, isFrozen, onChange, cell, arm, index, row }: CellOfArmProps) {
  if (!cell.is_switchable) return <span className={classes.always}>always hidden</span>;
  const value = arm.blinding[cell.key] ?? cell.default;
  return (
    <>
      <Switch
        size="xs"
        aria-label={`${cell.name} in arm ${arm.key}`}
        label={value === "SHOWN" ? "shown" : "hidden"}
        checked={value === "SHOWN"}
        disabled={isFrozen}
        onChange={(event) => {
          const blinding = { ...arm.blinding, [cell.key]: event.currentTarget.checked ? "SHOWN" : "HIDDEN" };
          onChange(withArm(design, index, { blinding: blinding as DesignArm["blinding"] }));
        }}
      />
      {row && value === "SHOWN" && <span className={classes.always}>{phasesOf(cell, arm, row)}</span>}
    </>
  );
}

function phasesOf(cell: BlindingCell, arm: DesignArm, row: MatrixRow): string {
  if (!cell.key.startsWith("ai_")) return "";
  if (!Object.values(row).some(Boolean)) return "the arm shows no AI";
  const first = arm.ai_display === "SECOND_READ" ? "first read" : "while reading";
  const phases = [
    row.FIRST && first,
    arm.ai_display === "SECOND_READ" && row.SECOND && "second read",
    row.SIGNED && "once signed",
  ];
  return phases.filter(Boolean).join(", ");
}
