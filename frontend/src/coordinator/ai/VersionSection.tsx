import { Alert, Anchor, Button, FileButton, Group, Table, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { MODEL_VERSIONS_KEY, type ModelVersion, predictionsExampleUrl, uploadPredictions } from "@/api/ai";
import { Problem } from "@/api/problem";
import { counted } from "@/domain/counted";
import { cardLines, type ModelCard } from "@/domain/modelCard";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { RowFaultTable } from "@/ui/RowFaultTable";
import { Section } from "@/ui/Section";
import { saveText } from "@/ui/saveFile";
import { dateTime } from "@/ui/times";
import { DicomPredictions } from "./DicomPredictions";
import { ExplanationsPart, type Shown } from "./ExplanationsPart";
import { PredictionsPart } from "./PredictionsPart";

const KINDS: Record<ModelVersion["kind"], string> = {
  DEMO_CNN: "runs in the portal",
  EXTERNAL: "runs elsewhere; predictions are uploaded or posted",
  TORCHSCRIPT: "runs in the portal (TorchScript)",
  TORCH_EXPORT: "runs in the portal (torch.export)",
  ONNX: "runs in the portal (ONNX)",
  ENSEMBLE: "runs in the portal (an ensemble: the mean of its members)",
};

/** One immutable version of a model and the upload of its predictions. */
export function VersionSection({ version }: { version: ModelVersion }) {
  const [shown, setShown] = useState<Shown | null>(null);
  const facts = [
    ["Kind", KINDS[version.kind]],
    ["Operating threshold", String(version.operating_threshold)],
    ["Predictions", String(version.number_of_predictions)],
    ["Weights (SHA-256)", version.weights_digest || "not given"],
    ...(version.members.length > 0
      ? [["Members", version.members.map((member) => member.version).join(", ")]]
      : []),
    ["Registered", dateTime(version.created_at)],
  ];
  return (
    <Section
      title={`Version ${version.version}`}
      about={version.description}
      actions={
        <Group gap="xs">
          <Button
            component={Link}
            variant="default"
            to={`/ai-models/${version.ai_model.id}/versions/${version.id}/layers`}
          >
            Calibration
          </Button>
          <Button
            component={Link}
            variant="default"
            to={`/ai-models/${version.ai_model.id}/versions/${version.id}/drift`}
          >
            Drift
          </Button>
        </Group>
      }
    >
      <Table variant="vertical" aria-label={`Facts about version ${version.version}`}>
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={170}>{name}</Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {version.card ? (
        <CardTable version={version} card={version.card} />
      ) : (
        <Text size="sm" c="dimmed">
          No model card: what this version is for and which images it takes is not written down. Cards come
          with a new version.
        </Text>
      )}
      <PredictionsPart version={version} onExplained={(predictionId) => setShown({ predictionId })} />
      {version.runnable && <ExplanationsPart version={version} shown={shown} onShown={setShown} />}
      {!version.runnable && (
        <>
          <PredictionsUpload version={version} />
          <DicomPredictions version={version} />
        </>
      )}
    </Section>
  );
}

function CardTable({ version, card }: { version: ModelVersion; card: ModelCard }) {
  const download = () => {
    const named = {
      name: version.ai_model.name,
      version: version.version,
      weights_digest: version.weights_digest,
    };
    const text = JSON.stringify({ ...named, card }, null, 2);
    saveText(`model-card-${version.version}.json`, text, "application/json");
  };
  return (
    <>
      <Group justify="space-between">
        <Text fw={600} size="sm">
          Model card
        </Text>
        <Button variant="default" onClick={download}>
          Download the card
        </Button>
      </Group>
      <Table variant="vertical" aria-label={`Model card of version ${version.version}`}>
        <Table.Tbody>
          {cardLines(card).map(([name, value]) => (
            <Table.Tr key={`${name} ${value}`}>
              <Table.Th w={170}>{name}</Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

function PredictionsUpload({ version }: { version: ModelVersion }) {
  const queryClient = useQueryClient();
  const uploading = useMutation({
    mutationFn: (file: File) => uploadPredictions(version.id, file),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: MODEL_VERSIONS_KEY }),
  });
  return (
    <>
      <Text size="sm">
        Upload predictions as CSV: one row per imaging study with its score from 0 to 1, or several rows for
        several marks. Columns uncertainty, uncertainty_method, uncertainty_samples and uncertainty_definition
        may be added. A later row for the same imaging study is added and counts from then on; nothing is
        overwritten.
      </Text>
      <Group gap="sm">
        <Anchor href={predictionsExampleUrl(version.id)} download size="sm">
          Download the example
        </Anchor>
        <FileButton
          key={uploading.submittedAt}
          accept=".csv,text/csv"
          onChange={(file) => file && uploading.mutate(file)}
        >
          {(props) => (
            <Button {...props} loading={uploading.isPending}>
              Upload predictions
            </Button>
          )}
        </FileButton>
      </Group>
      {uploading.isSuccess && (
        <Alert color="teal" variant="light" role="status">
          {counted(uploading.data.created, "prediction")} stored, {uploading.data.unchanged} already there.
        </Alert>
      )}
      {uploading.error instanceof Problem && (
        <RowFaultTable problem={uploading.error} fileName={uploading.variables?.name ?? "predictions"} />
      )}
      {uploading.error && !(uploading.error instanceof Problem) && <ErrorNotice error={uploading.error} />}
    </>
  );
}
