import { Anchor, Button, Group, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Ref, useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import type { ModelVersion } from "@/api/ai";
import { type Explanation, explanationJobsQuery, explanationsQuery } from "@/api/explanations";
import { isOver } from "@/api/jobs";
import { METHOD_NAMES, parametersText } from "@/domain/aiMaps";
import { completenessText, verdict } from "@/domain/weightsCheck";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { dateTime } from "@/ui/times";
import { CaseWords } from "./CaseWords";
import { CheckFigure } from "./CheckFigure";
import { ExplainModal } from "./ExplainModal";
import { ExplanationJobs } from "./ExplanationJobs";
import { predictionAddress } from "./predictionAddress";

/** What is open: the explanations, and of which prediction they are looked for (null: of none in particular). */
export interface Shown {
  predictionId: string | null;
}

interface ExplanationsPartProps {
  version: ModelVersion;
  shown: Shown | null;
  onShown: (shown: Shown | null) => void;
}

/** Where the scores of a version come from: asked for, followed, and checked. Nothing is asked before it is opened. */
export function ExplanationsPart({ version, shown, onShown }: ExplanationsPartProps) {
  const isOpen = shown !== null;
  return (
    <>
      <Group justify="space-between">
        <Text fw={600} size="sm">
          Where its scores come from
        </Text>
        <Anchor
          component="button"
          size="sm"
          aria-expanded={isOpen}
          onClick={() => onShown(isOpen ? null : { predictionId: null })}
        >
          {isOpen ? "Hide explanations" : "Show explanations"}
        </Anchor>
      </Group>
      {shown && <Explanations version={version} shown={shown} />}
    </>
  );
}

function Explanations({ version, shown }: { version: ModelVersion; shown: Shown }) {
  const [isAsking, setAsking] = useState(false);
  const jobs = useQuery(explanationJobsQuery(version.id));
  const done = jobs.data?.filter(isOver).length ?? 0;
  const { data, error } = useQuery({ ...explanationsQuery(version.id, done), enabled: jobs.isSuccess });
  if (version.kind === "ONNX") {
    return (
      <Text size="sm">
        An ONNX model is run without gradients, so neither Grad-CAM nor integrated gradients can explain it.
        Upload the model as a torch.export archive to have it explained.
      </Text>
    );
  }
  const failed = jobs.error ?? error;
  if (failed) return <ErrorNotice error={failed} />;
  if (!jobs.data || !data) return <LoadingScreen />;
  return (
    <Stack gap="sm">
      <Text size="sm">
        A map of where a score comes from, worked out after the prediction. It does not prove that the model
        looks at the right thing: check first that it depends on the weights at all.
      </Text>
      <Group>
        <Button variant="default" onClick={() => setAsking(true)}>
          Explain predictions
        </Button>
      </Group>
      <ExplanationJobs jobs={jobs.data} versionId={version.id} />
      {data.length > 0 ? (
        <ExplanationTable version={version} explanations={data} shown={shown} />
      ) : (
        <Text size="sm" c="dimmed">
          Nothing has been explained yet.
        </Text>
      )}
      {isAsking && <ExplainModal version={version} onClose={() => setAsking(false)} />}
    </Stack>
  );
}

interface ExplanationTableProps {
  version: ModelVersion;
  explanations: Explanation[];
  shown: Shown;
}

function ExplanationTable({ version, explanations, shown }: ExplanationTableProps) {
  const [openId, setOpenId] = useState<string | null>(null);
  // The newest of the prediction that is looked for.
  const lookedFor = explanations.find((one) => one.prediction_id === shown.predictionId);
  const row = useRef<HTMLTableRowElement>(null);
  const isFound = lookedFor !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked for once more, it is shown once more.
  useEffect(() => {
    if (isFound) row.current?.scrollIntoView({ block: "center" });
  }, [isFound, shown]);
  return (
    <Table aria-label="Explanations" verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="27%">Case</Table.Th>
          <Table.Th w="21%">Method</Table.Th>
          <Table.Th w={80} ta="right">
            Score
          </Table.Th>
          <Table.Th>Checks</Table.Th>
          <Table.Th w={150}>Stored</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {explanations.map((one) => (
          <ExplanationRow
            key={one.id}
            address={predictionAddress(version, one.prediction_id, one.id)}
            explanation={one}
            isOpen={openId === one.id}
            onToggle={() => setOpenId(openId === one.id ? null : one.id)}
            isLookedFor={one.prediction_id === shown.predictionId}
            rowRef={one === lookedFor ? row : undefined}
          />
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface ExplanationRowProps {
  explanation: Explanation;
  /** Of the page that shows it over the images. */
  address: string;
  isOpen: boolean;
  onToggle: () => void;
  isLookedFor: boolean;
  rowRef?: Ref<HTMLTableRowElement>;
}

function ExplanationRow(props: ExplanationRowProps) {
  const { explanation, address, isOpen, onToggle, isLookedFor, rowRef } = props;
  const { method, output_name, parameters, facts, weights_check: check } = explanation;
  const completeness = completenessText(facts);
  return (
    <>
      <Table.Tr
        ref={rowRef}
        aria-current={isLookedFor || undefined}
        bg={isLookedFor ? "var(--mantine-color-blue-light)" : undefined}
      >
        <Table.Td>
          <CaseWords study={explanation.imaging_study} uid={explanation.imaging_study_uid} />
          <Anchor component={Link} size="xs" to={address}>
            Show on the images
          </Anchor>
        </Table.Td>
        <Table.Td>
          {METHOD_NAMES[method]} of {output_name}
          <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {parametersText(parameters)}
          </Text>
        </Table.Td>
        <Table.Td ta="right">{facts.score.toFixed(3)}</Table.Td>
        <Table.Td>
          {completeness && <Text size="sm">{completeness}</Text>}
          <Text size="sm" c={check ? undefined : "dimmed"}>
            {check ? verdict(check) : "Not checked whether it depends on the weights."}
          </Text>
          {check && (
            <Anchor component="button" size="sm" aria-expanded={isOpen} onClick={onToggle}>
              {isOpen ? "Hide the check" : "Show the check"}
            </Anchor>
          )}
        </Table.Td>
        <Table.Td>{dateTime(explanation.created_at)}</Table.Td>
      </Table.Tr>
      {check && isOpen && (
        <Table.Tr>
          <Table.Td colSpan={5}>
            <CheckFigure check={check} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}
