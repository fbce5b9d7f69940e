import { Alert, Anchor, Radio, Select, Stack, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { modelVersionsQuery } from "@/api/ai";
import { designQuery } from "@/api/designs";
import { changeReaderStudy, type ReaderStudyChange } from "@/api/readerStudies";
import type { AiDisplay } from "@/api/types";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { FROZEN, type PartProps, useStudyChange } from "../parts";
import { AiPreview } from "./AiPreview";
import { AI_DISPLAYS } from "./aiDisplays";
import { PredictionRuns } from "./PredictionRuns";

/** Which AI takes part, when readers see it, and its predictions on the cases. */
export function AiPart({ readerStudy }: PartProps) {
  const saving = useStudyChange(readerStudy.id, (change: ReaderStudyChange) =>
    changeReaderStudy(readerStudy.id, change),
  );
  const isFrozen = readerStudy.state !== "DRAFT";
  const { data: stored } = useQuery(designQuery(readerStudy.id));
  const isSetByArms = (stored?.design.arms.length ?? 1) > 1;
  // A choice shows at once; a refusal puts it back and says why.
  const display = (saving.isPending && saving.variables.ai_display) || readerStudy.ai_display;
  return (
    <Stack gap="lg">
      <Section title="The AI in this reader study" about={isFrozen ? FROZEN : "Changes are stored at once."}>
        {saving.error && <ErrorNotice error={saving.error} title="The change was not made" />}
        <VersionSelect
          readerStudy={readerStudy}
          isDisabled={isFrozen || saving.isPending}
          onChange={(change) => saving.mutate(change)}
        />
        <DisplayChoice
          display={display}
          hasAi={readerStudy.ai_model_version !== null}
          isDisabled={isFrozen || isSetByArms || readerStudy.ai_model_version === null}
          onChange={(ai_display) =>
            // Where readers do not see the AI before signing there is nothing to decide.
            saving.mutate(
              AI_DISPLAYS[ai_display].hasDecisions
                ? { ai_display }
                : { ai_display, ai_decisions_required: false },
            )
          }
        />
        {!isFrozen && readerStudy.ai_model_version && (
          <Text size="sm" c="dimmed">
            {isSetByArms
              ? "What each arm shows is chosen on the "
              : "Reads without and with the AI are compared by a crossover: choose it on the "}
            <Anchor component={Link} to={`/reader-studies/${readerStudy.id}/design`} inherit>
              Design page
            </Anchor>
            .
          </Text>
        )}
        {readerStudy.ai_model_version && (
          <>
            <AiPreview display={display} />
            <DecisionsSwitch
              readerStudy={readerStudy}
              isDisabled={isFrozen || saving.isPending || !AI_DISPLAYS[display].hasDecisions}
              onChange={(change) => saving.mutate(change)}
            />
          </>
        )}
      </Section>
      {readerStudy.ai_model_version && (
        <PredictionRuns
          key={readerStudy.ai_model_version.id}
          readerStudy={readerStudy}
          modelVersionId={readerStudy.ai_model_version.id}
        />
      )}
    </Stack>
  );
}

interface VersionSelectProps extends PartProps {
  isDisabled: boolean;
  onChange: (change: ReaderStudyChange) => void;
}

function VersionSelect({ readerStudy, isDisabled, onChange }: VersionSelectProps) {
  const { data: versions, error, refetch } = useQuery(modelVersionsQuery);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (versions?.length === 0) {
    return (
      <Alert color="blue" variant="light" title="No AI model is registered">
        A reader study works without one. To compare readers with an AI,{" "}
        <Anchor component={Link} to="/ai-models" size="sm">
          register a model
        </Anchor>{" "}
        first.
      </Alert>
    );
  }
  const choose = (id: string | null) =>
    // Without an AI there is nothing to show, so the display goes back to hidden with it.
    onChange(
      id === null
        ? { ai_model_version_id: null, ai_display: "HIDDEN", ai_decisions_required: false }
        : { ai_model_version_id: id },
    );
  return (
    <Select
      maw={460}
      label="Model version"
      placeholder="none: readers only"
      allowDeselect={false}
      clearable
      disabled={isDisabled}
      data={(versions ?? []).map((version) => ({
        value: version.id,
        label: `${version.ai_model.name} ${version.version}`,
      }))}
      value={readerStudy.ai_model_version?.id ?? null}
      onChange={choose}
    />
  );
}

function DecisionsSwitch({ readerStudy, isDisabled, onChange }: VersionSelectProps) {
  return (
    <Switch
      label="Every finding of the AI must be accepted, adjusted or rejected before signing"
      description="Only where readers see the AI before they sign. Otherwise readers may leave findings undecided; the labels say so."
      checked={readerStudy.ai_decisions_required}
      disabled={isDisabled}
      onChange={(event) => onChange({ ai_decisions_required: event.currentTarget.checked })}
    />
  );
}

interface DisplayChoiceProps {
  display: AiDisplay;
  hasAi: boolean;
  isDisabled: boolean;
  onChange: (display: AiDisplay) => void;
}

function DisplayChoice({ display, hasAi, isDisabled, onChange }: DisplayChoiceProps) {
  return (
    <Radio.Group
      label="When do readers see what the AI says?"
      value={display}
      onChange={(chosen) => onChange(chosen as AiDisplay)}
    >
      <Stack gap="sm" mt="xs">
        {Object.entries(AI_DISPLAYS).map(([value, texts]) => (
          <Radio
            key={value}
            value={value}
            label={texts.name}
            description={texts.about}
            disabled={isDisabled}
          />
        ))}
      </Stack>
      {!hasAi && (
        <Text size="xs" c="dimmed" mt="xs">
          Choose a model version first.
        </Text>
      )}
    </Radio.Group>
  );
}
