import { Anchor, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { MODEL_VERSIONS_KEY, type ModelVersion } from "@/api/ai";
import {
  checkLayer,
  type LayerDetail,
  type LayerEvidence,
  layerQuery,
  layerSetUrl,
  offeredSetsQuery,
} from "@/api/operatingLayers";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { LayerFigures } from "./LayerFigures";
import { LayerFacts, leftOutText } from "./LayerPreviewView";
import { type ChosenSet, SetSelect } from "./SetSelect";

interface LayerDetailViewProps {
  version: ModelVersion;
  number: number;
}

/** One layer: what it does, on which cases it was fitted and checked, and checking it on others. */
export function LayerDetailView({ version, number }: LayerDetailViewProps) {
  const { data, error, refetch } = useQuery(layerQuery(version.id, number));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const { layer, evidence } = data;
  const more: [string, string][] = [
    ["Scores through it", `…/predictions?layer=${layer.number} in the API`],
    [
      "Software",
      Object.entries(layer.software)
        .map((pair) => pair.join(" "))
        .join(", "),
    ],
  ];
  return (
    <Stack gap="lg" mt="lg">
      <Section title={`Layer ${layer.number}: ${layer.name}`} about={layer.reason}>
        <LayerFacts layer={layer} curve={evidence[0]?.figures.curve ?? null} more={more} />
        <HiddenSets detail={data} />
      </Section>
      {evidence.map((one) => (
        <EvidenceSection key={one.id} version={version} layer={layer.number} evidence={one} />
      ))}
      <CheckSection version={version} number={layer.number} />
    </Stack>
  );
}

function HiddenSets({ detail: { hidden } }: { detail: LayerDetail }) {
  if (hidden === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      {hidden} {hidden === 1 ? "set of cases belongs" : "sets of cases belong"} to reader studies whose
      results you may not see, or not yet: they and their figures are not shown.
    </Text>
  );
}

interface EvidenceSectionProps {
  version: ModelVersion;
  layer: number;
  evidence: LayerEvidence;
}

function EvidenceSection({ version, layer, evidence }: EvidenceSectionProps) {
  const { reader_study: study, number, kind } = evidence;
  const title = kind === "FIT" ? `Fitted on ${study.name}` : `Check ${number}: ${study.name}`;
  const when = `${dateTime(evidence.created_at)}, ${evidence.created_by}.`;
  return (
    <Section
      title={title}
      about={`${evidence.reason ? `${evidence.reason} ` : ""}Truth version ${evidence.reference_standard_version}. ${leftOutText(evidence.left_out)} ${when}`}
      actions={
        <Anchor
          href={layerSetUrl(version.id, layer, number)}
          download={`layer-${layer}-set-${number}.json`}
          size="sm"
        >
          Cases (JSON)
        </Anchor>
      }
    >
      <LayerFigures figures={evidence.figures} name={kind === "FIT" ? "Fit" : `Check ${number}`} />
    </Section>
  );
}

function CheckSection({ version, number }: LayerDetailViewProps) {
  const queryClient = useQueryClient();
  const sets = useQuery(offeredSetsQuery(version.id));
  const [set, setSet] = useState<ChosenSet | null>(null);
  const [reason, setReason] = useState("");
  const checking = useMutation({
    mutationFn: (chosen: ChosenSet) => checkLayer(version.id, number, { ...chosen, reason }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [...MODEL_VERSIONS_KEY, version.id] });
      setSet(null);
      setReason("");
    },
  });
  const error = errorBesideFields(checking.error, ["reader_study_id"]);
  return (
    <Section
      title="Check it on other cases"
      about="Cases of patients whom it was fitted on do not count. What comes out is kept, whatever it is."
    >
      {sets.error && <ErrorNotice error={sets.error} onRetry={() => void sets.refetch()} />}
      {sets.data && (
        <Group align="flex-start">
          <SetSelect
            sets={sets.data}
            value={set}
            onChange={(chosen) => {
              setSet(chosen);
              checking.reset();
            }}
            error={fieldErrors(checking.error).reader_study_id}
          />
          <Textarea
            label="Why"
            w={340}
            autosize
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button
            mt={24}
            disabled={!set}
            loading={checking.isPending}
            onClick={() => set && checking.mutate(set)}
          >
            Check
          </Button>
        </Group>
      )}
      {error ? <ErrorNotice error={error} /> : null}
    </Section>
  );
}
