import { Anchor, Drawer, Group, List, Stack, Text } from "@mantine/core";
import { type ReactNode, useCallback, useState } from "react";
import { Link } from "react-router";
import { type ChosenCases, numberOfCases } from "@/domain/casesBehind";
import type { Description } from "@/domain/description";
import { CasesBehindContext } from "./casesBehind";

/** Which cases somebody came from, so that the next one can be opened. Kept with the address, not in it. */
export interface CaseTrail {
  title: string;
  /** Ids of the cases, in order, each once. */
  cases: { id: string; name: string }[];
}

interface CasesBehindProps {
  readerStudyId: string;
  runId: string;
  description: Description;
  children: ReactNode;
}

/** Everything inside can open the list of cases behind it; a case of the list opens in the viewer. */
export function CasesBehind({ children, ...shown }: CasesBehindProps) {
  const [chosen, setChosen] = useState<ChosenCases | null>(null);
  const open = useCallback((wanted: ChosenCases) => setChosen(wanted), []);
  return (
    <CasesBehindContext value={open}>
      {children}
      <CaseDrawer {...shown} chosen={chosen} onClose={() => setChosen(null)} />
    </CasesBehindContext>
  );
}

interface CaseDrawerProps extends Omit<CasesBehindProps, "children"> {
  chosen: ChosenCases | null;
  onClose: () => void;
}

function CaseDrawer({ readerStudyId, runId, description, chosen, onClose }: CaseDrawerProps) {
  const count = chosen ? numberOfCases(chosen) : 0;
  return (
    <Drawer
      opened={chosen !== null}
      onClose={onClose}
      position="right"
      size="md"
      title={chosen && `${chosen.title}: ${count} ${count === 1 ? "case" : "cases"}`}
      closeButtonProps={{ "aria-label": "Close the list of cases" }}
      transitionProps={{ duration: 0 }}
    >
      {chosen && (
        <Stack gap="md">
          {count === 0 && <Text size="sm">No case stands behind this.</Text>}
          {chosen.groups
            .filter(({ cases }) => cases.length > 0)
            .map((group) => (
              <section key={group.title} aria-label={group.title}>
                {group.title && (
                  <Text size="sm" fw={600} mb={4}>
                    {group.title} ({group.cases.length})
                  </Text>
                )}
                <List size="sm" listStyleType="none" spacing={2}>
                  {group.cases.map((position) => (
                    <CaseLine
                      key={position}
                      address={`/reader-studies/${readerStudyId}/results/${runId}/cases`}
                      shown={description.cases[position]}
                      trail={trailOf(chosen, description)}
                    />
                  ))}
                </List>
              </section>
            ))}
        </Stack>
      )}
    </Drawer>
  );
}

interface CaseLineProps {
  address: string;
  shown: Description["cases"][number] | undefined;
  trail: CaseTrail;
}

function CaseLine({ address, shown, trail }: CaseLineProps) {
  if (!shown) return null;
  return (
    <List.Item>
      <Group gap="xs">
        <Anchor component={Link} to={`${address}/${shown.id}`} state={trail} size="sm">
          {shown.name}
        </Anchor>
        <Text size="xs" c="dimmed">
          {shown.truth ? "positive" : "negative"}
        </Text>
      </Group>
    </List.Item>
  );
}

function trailOf({ title, groups }: ChosenCases, description: Description): CaseTrail {
  const positions = [...new Set(groups.flatMap(({ cases }) => cases))];
  const cases = positions.flatMap((position) => description.cases[position] ?? []);
  return { title, cases: cases.map(({ id, name }) => ({ id, name })) };
}
