import { Alert, List, Switch, Table, Text } from "@mantine/core";
import type { StoredDesign } from "@/api/designs";
import {
  type BlindingCell,
  columnsOf,
  type MatrixPlace,
  placesOf,
  summaryOf,
  withCell,
} from "@/domain/blinding";
import { type DesignArm, withArm } from "@/domain/designs";
import { Section } from "@/ui/Section";
import classes from "./Design.module.css";
import type { DesignFieldProps } from "./designField";

/** What each arm's readers are shown in each phase of a read: a switch where the protocol may choose. */
export function BlindingMatrix(props: DesignFieldProps & { stored: StoredDesign }) {
  const { design, stored } = props;
  return (
    <Section
      title="Blinding"
      about="What readers are shown, arm by arm and phase by phase. The server keeps to it on every path; DICOM tags of patient, date, site and text never reach a reader."
    >
      <div className={classes.matrixFrame}>
        <Table aria-label="Blinding matrix" className={classes.matrix} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th rowSpan={2} />
              {design.arms.map((arm) => (
                <Table.Th
                  key={arm.key}
                  colSpan={columnsOf(arm).length}
                  scope="colgroup"
                  className={classes.armStart}
                >
                  {arm.key}: {arm.name}
                </Table.Th>
              ))}
            </Table.Tr>
            <Table.Tr>
              {design.arms.map((arm) =>
                columnsOf(arm).map(({ name }, index) => (
                  <Table.Th key={`${arm.key} ${name}`} className={index === 0 ? classes.armStart : undefined}>
                    {name}
                  </Table.Th>
                )),
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {stored.cells.map((cell) => (
              <RowOfCell key={cell.key} {...props} cell={cell} />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {stored.warnings.length > 0 && (
        <Alert variant="light" color="yellow" title="Worth knowing">
          <List size="sm">
            {stored.warnings.map(({ code, detail }) => (
              <List.Item key={`${code} ${detail}`}>{detail}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {design.arms.map((arm) => (
        <div key={arm.key} data-summary={arm.key}>
          <Text size="sm" fw={600}>
            What readers of arm {arm.key} see
          </Text>
          {summaryOf(stored.cells, arm).map((sentence) => (
            <Text size="sm" key={sentence}>
              {sentence}
            </Text>
          ))}
        </div>
      ))}
    </Section>
  );
}

function RowOfCell(props: DesignFieldProps & { cell: BlindingCell }) {
  const { design, cell } = props;
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.cellName}>
        <Text size="sm">{cell.name}</Text>
        <Text size="xs" c="dimmed">
          {[cell.about, cell.why].filter(Boolean).join(" ")}
        </Text>
      </Table.Th>
      {design.arms.map((arm, armIndex) =>
        placesOf(cell, arm).map((place, index) => (
          <Table.Td
            key={`${arm.key} ${place.name}`}
            colSpan={place.span}
            className={index === 0 ? classes.armStart : undefined}
          >
            <Place {...props} arm={arm} armIndex={armIndex} place={place} />
          </Table.Td>
        )),
      )}
    </Table.Tr>
  );
}

interface PlaceProps extends DesignFieldProps {
  cell: BlindingCell;
  arm: DesignArm;
  armIndex: number;
  place: MatrixPlace;
}

function Place({ design, isFrozen, onChange, cell, arm, armIndex, place }: PlaceProps) {
  if (place.fixed) return <span className={classes.always}>{place.fixed}</span>;
  return (
    <Switch
      size="xs"
      aria-label={`${cell.name} in arm ${arm.key}, ${place.name.toLowerCase()}`}
      label={place.isShown ? "shown" : "hidden"}
      checked={place.isShown}
      disabled={isFrozen}
      onChange={(event) => {
        const blinding = withCell(cell, arm, place.phases, event.currentTarget.checked);
        onChange(withArm(design, armIndex, { blinding }));
      }}
    />
  );
}
