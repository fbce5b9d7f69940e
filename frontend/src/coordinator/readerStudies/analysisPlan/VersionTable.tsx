import { Anchor, Badge, Button, Group, Table, Text } from "@mantine/core";
import { planFile } from "@/api/analysisPlans";
import { knownText, type PlanVersion, stateOf, type VersionState } from "@/domain/analysisPlan";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import classes from "./AnalysisPlan.module.css";

const LOOKS: Record<VersionState, { colour: string; text: string }> = {
  DRAFT: { colour: "blue", text: "Draft" },
  REPLACED: { colour: "gray", text: "Replaced" },
  LOCKED: { colour: "teal", text: "Locked" },
  AMENDED: { colour: "yellow", text: "Amended" },
};

interface VersionTableProps {
  readerStudyId: string;
  versions: PlanVersion[];
  shown: number | null;
  onShow: (number: number | null) => void;
}

/** Every version of the plan that was ever kept: none is changed or removed. */
export function VersionTable({ readerStudyId, versions, shown, onShow }: VersionTableProps) {
  return (
    <Section title="Versions" about="Every version is kept; none is ever changed or removed.">
      <Table.ScrollContainer minWidth={900}>
        <Table aria-label="Versions of the analysis plan">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>No.</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>Saved</Table.Th>
              <Table.Th>Locked</Table.Th>
              <Table.Th>Reason</Table.Th>
              <Table.Th>SHA-256</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {versions.map((version) => (
              <Table.Tr key={version.number} aria-current={version.number === shown || undefined}>
                <Table.Td>{version.number}</Table.Td>
                <Table.Td>
                  <StateBadge state={stateOf(version, versions)} />
                </Table.Td>
                <Table.Td>
                  {dateTime(version.created_at)}, {version.created_by}
                </Table.Td>
                <Table.Td>
                  {version.lock && (
                    <>
                      {dateTime(version.lock.created_at)}, {version.lock.username}
                      <Text size="xs" c="dimmed">
                        {knownText(version.lock)}
                      </Text>
                    </>
                  )}
                </Table.Td>
                <Table.Td maw={240}>{version.reason}</Table.Td>
                <Table.Td>
                  <span className={classes.digest} title={version.digest}>
                    {version.digest.slice(0, 12)}…
                  </span>
                </Table.Td>
                <Table.Td>
                  <Group gap="xs" wrap="nowrap" justify="flex-end">
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`${version.number === shown ? "Hide" : "Show"} version ${version.number}`}
                      onClick={() => onShow(version.number === shown ? null : version.number)}
                    >
                      {version.number === shown ? "Hide" : "Show"}
                    </Button>
                    <Anchor
                      size="sm"
                      href={planFile(readerStudyId, version.number)}
                      download={`analysis-plan-${version.number}.json`}
                      aria-label={`Version ${version.number} as JSON`}
                    >
                      JSON
                    </Anchor>
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}

function StateBadge({ state }: { state: VersionState }) {
  const look = LOOKS[state];
  return (
    <Badge size="sm" color={look.colour} variant="light" radius="sm">
      {look.text}
    </Badge>
  );
}
