import { Button, Group, Modal, SegmentedControl, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ModelVersion } from "@/api/ai";
import { explanationJobsQuery, type NewExplanationJob, startExplanations } from "@/api/explanations";
import { computedPredictionsQuery } from "@/api/predictions";
import { type ExplanationMethod, METHOD_NAMES } from "@/domain/aiMaps";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { FixedNumberField, NumberField } from "@/ui/NumberField";
import { PredictionSelect } from "./PredictionSelect";

interface ExplainModalProps {
  version: ModelVersion;
  onClose: () => void;
}

const METHODS: ExplanationMethod[] = ["GRAD_CAM", "INTEGRATED_GRADIENTS"];
const USUAL: Pick<NewExplanationJob, "layer" | "steps" | "baseline_hu"> = {
  layer: "",
  steps: 50,
  baseline_hu: null,
};
const ABOUT: Record<ExplanationMethod, string> = {
  GRAD_CAM: "Coarse: where the last convolution raised the score. Quick.",
  INTEGRATED_GRADIENTS:
    "Fine: how much each voxel moved the score, on the way from an image of one value to this one. Takes many times as long as a prediction.",
};

/** Asks for explanations of what the version has predicted. */
export function ExplainModal({ version, onClose }: ExplainModalProps) {
  const queryClient = useQueryClient();
  const predictions = useQuery(computedPredictionsQuery(version.id));
  const isScript = version.kind === "TORCHSCRIPT";
  const [asked, setAsked] = useState<NewExplanationJob>({
    method: isScript ? "INTEGRATED_GRADIENTS" : "GRAD_CAM",
    prediction_ids: [],
    ...USUAL,
    checks_weights: true,
  });
  const change = (changes: Partial<NewExplanationJob>) => setAsked({ ...asked, ...changes });
  // One dialog asks once, however often it is clicked.
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const starting = useMutation({
    mutationFn: () => startExplanations(version.id, ofItsMethod(asked), idempotencyKey),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: explanationJobsQuery(version.id).queryKey });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title="Explain predictions" centered size="lg">
      <Stack gap="md">
        <SegmentedControl
          aria-label="Method"
          data={METHODS.map((value) => ({
            value,
            label: METHOD_NAMES[value],
            disabled: isScript && value === "GRAD_CAM",
          }))}
          value={asked.method}
          onChange={(method) => change({ method: method as ExplanationMethod })}
        />
        <Text size="sm">
          {ABOUT[asked.method]}
          {isScript &&
            " Grad-CAM needs to see what a layer computes, which a TorchScript model does not show; a torch.export archive does."}
        </Text>
        {predictions.error && <ErrorNotice error={predictions.error} />}
        {!predictions.data && !predictions.error && <LoadingScreen />}
        {predictions.data?.length === 0 && (
          <Text size="sm">
            The portal has computed no prediction of this version yet: run it on imaging studies first.
          </Text>
        )}
        {predictions.data && predictions.data.length > 0 && (
          <PredictionSelect
            predictions={predictions.data}
            value={asked.prediction_ids}
            onChange={(prediction_ids) => change({ prediction_ids })}
          />
        )}
        <Parameters asked={asked} onChange={change} />
        <Switch
          label="Check whether the map depends on the weights"
          description="Explains again with the weights of ever more layers redrawn: at most 12 times as long."
          checked={asked.checks_weights}
          onChange={(event) => change({ checks_weights: event.currentTarget.checked })}
        />
        {starting.error && <ErrorNotice error={starting.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={asked.prediction_ids.length === 0}
            loading={starting.isPending}
            onClick={() => starting.mutate()}
          >
            Explain
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Without what was typed for the other method, which would be refused. */
function ofItsMethod(asked: NewExplanationJob): NewExplanationJob {
  return asked.method === "GRAD_CAM"
    ? { ...asked, steps: USUAL.steps, baseline_hu: USUAL.baseline_hu }
    : { ...asked, layer: USUAL.layer };
}

interface ParametersProps {
  asked: NewExplanationJob;
  onChange: (changes: Partial<NewExplanationJob>) => void;
}

function Parameters({ asked, onChange }: ParametersProps) {
  if (asked.method === "GRAD_CAM") {
    return (
      <TextInput
        label="Layer"
        description="Name of a convolution, as in the model's weights. Empty: the last one that looks beyond one cell."
        value={asked.layer}
        onChange={(event) => onChange({ layer: event.currentTarget.value })}
      />
    );
  }
  return (
    <Group gap="sm" align="flex-start" grow>
      <FixedNumberField
        label="Steps"
        description="More steps add up better."
        min={10}
        max={300}
        allowDecimal={false}
        value={asked.steps}
        onChange={(steps) => onChange({ steps })}
      />
      <NumberField
        label="Baseline, HU"
        description="Empty: the low end of the card's window, else air."
        placeholder="usual"
        min={-1024}
        max={3071}
        value={asked.baseline_hu}
        onChange={(baseline_hu) => onChange({ baseline_hu })}
      />
    </Group>
  );
}
