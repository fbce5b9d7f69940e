import { Anchor, Button, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { type ModelVersion, modelVersionsQuery } from "@/api/ai";
import { type PredictionShown, predictionSegmentsQuery, predictionShownQuery } from "@/api/predictionImages";
import { Problem } from "@/api/problem";
import { type AiPrediction, withFindingsNamed } from "@/api/reading";
import { EMPTY_PAYLOAD } from "@/domain/payload";
import { sourceText } from "@/domain/predictionWords";
import type { Segment } from "@/domain/segments";
import { uncertaintyText } from "@/domain/uncertainty";
import { AiFindings } from "@/ui/ai/AiFindings";
import { aiMarkId, aiMarks, aiSegmentOverlays, aiSegmentPlaces } from "@/ui/ai/aiMarks";
import { OverlayControls } from "@/ui/ai/OverlayControls";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { NotFoundScreen } from "@/ui/NotFoundScreen";
import { type JumpsOnImages, StudyImages } from "@/ui/StudyImages";
import { useHotkeys } from "@/ui/useHotkeys";
import { usePreferences } from "@/ui/usePreferences";
import { CaseWords } from "./CaseWords";
import { MapFacts } from "./MapFacts";
import classes from "./PredictionScreen.module.css";
import { useFirst, usePredictionMap } from "./usePredictionMap";

/** What a model version said of one imaging study, over its images. To look at only. */
export function PredictionScreen() {
  const { id: aiModelId = "", versionId = "", predictionId = "" } = useParams();
  const shown = useQuery(predictionShownQuery(versionId, predictionId));
  const versions = useQuery(modelVersionsQuery);
  if (shown.error instanceof Problem && shown.error.status === 404) return <NotFoundScreen />;
  const error = shown.error ?? versions.error;
  if (error) {
    const retry = () => {
      for (const query of [shown, versions]) if (query.error) void query.refetch();
    };
    return <ErrorNotice error={error} onRetry={retry} />;
  }
  if (!shown.data || !versions.data) return <LoadingScreen />;
  // A version's pages are under its own model only.
  const version = versions.data.find(({ id, ai_model }) => id === versionId && ai_model.id === aiModelId);
  if (!version) return <NotFoundScreen />;
  return <Shown key={predictionId} prediction={shown.data} version={version} />;
}

interface ShownProps {
  prediction: PredictionShown;
  version: ModelVersion;
}

const NO_VOXELS: ReadonlyMap<string, Segment> = new Map();

function Shown({ prediction, version }: ShownProps) {
  const jumps = useRef<JumpsOnImages>(null);
  const [selectedMarkId, setSelectedMarkId] = useState<string | null>(null);
  const { imaging_study: study } = prediction;
  const ai = useMemo(() => saidOf(prediction, version), [prediction, version]);
  const segments = useQuery(predictionSegmentsQuery(version.id, prediction));
  const voxels = segments.data ?? NO_VOXELS;
  const map = usePredictionMap(version.id, prediction);
  const { overlays, heats, brightest } = map;
  useOverlayKeys(overlays);
  const strength = overlays.strengths.marks;
  const marks = useMemo(() => aiMarks(ai, () => study, strength), [ai, study, strength]);
  const places = useMemo(() => [...marks, ...aiSegmentPlaces(ai, voxels)], [marks, ai, voxels]);
  const opensAt = useFirst(places[0] ?? (ai.findings.length === 0 ? brightest : null));
  const covering = useMemo(() => {
    const chosen = { prediction: ai, voxels, ai_decisions: [], selectedMarkId, strength };
    return { heats, segments: aiSegmentOverlays(chosen) };
  }, [heats, ai, voxels, selectedMarkId, strength]);
  const goTo = (findingId: string) => {
    const place = places.find(({ id }) => id === aiMarkId(findingId));
    setSelectedMarkId(aiMarkId(findingId));
    if (place) jumps.current?.jumpTo(place);
  };
  const studies = useMemo(() => [study], [study]);
  return (
    <div className={classes.screen}>
      <div className={classes.images}>
        {study.series.length === 0 ? (
          <EmptyState title="No images here">
            The portal holds no images of this imaging study, so there is nothing to show the prediction on.
          </EmptyState>
        ) : (
          <StudyImages
            studies={studies}
            jumps={jumps}
            marks={marks}
            overlays={covering}
            markShown={opensAt}
            selectedMarkId={selectedMarkId}
            onMarkSelected={setSelectedMarkId}
          />
        )}
      </div>
      <Stack component="aside" gap="md" className={classes.panel} aria-label="What the AI said">
        <Said prediction={prediction} version={version} />
        {map.error && (
          <ErrorNotice error={map.error} title="The map could not be loaded" onRetry={map.retry} />
        )}
        {segments.error && (
          <ErrorNotice
            error={segments.error}
            title="Segments could not be loaded"
            onRetry={() => void segments.refetch()}
          />
        )}
        <OverlayControls prediction={ai} overlays={overlays} maps={map.maps} isHeatLoading={map.isLoading} />
        {brightest && (
          <Button variant="default" onClick={() => jumps.current?.jumpTo(brightest)}>
            Go to where the map is brightest
          </Button>
        )}
        {map.maps.options.length === 0 && <NoMap version={version} />}
        <MapFacts prediction={prediction} chosen={map.maps.chosen} />
        <AiFindings
          findings={ai.findings}
          own={EMPTY_PAYLOAD}
          selectedId={ai.findings.find(({ id }) => aiMarkId(id) === selectedMarkId)?.id ?? null}
          isDecidable={false}
          isDisabled
          isRequired={false}
          isLoaded={(sha256) => voxels.has(sha256)}
          busyId={null}
          refusal={() => null}
          onChosen={goTo}
          onDecided={() => undefined}
        />
      </Stack>
    </div>
  );
}

/** The prediction as the reading room's parts take it; no protocol hides anything of it here. */
function saidOf(prediction: PredictionShown, version: ModelVersion): AiPrediction {
  const { id, score, uncertainty, heat_map, explanations, outcome } = prediction;
  const own = { prediction_id: id, ai_finding_id: "", study_instance_uid: null };
  const findings = prediction.findings.map((finding) => ({ ...own, ...finding }));
  const said = { score, uncertainty, heat_map, explanations, findings, calibration: null };
  const { ai_model, version: name, operating_threshold: threshold } = version;
  const named = { model: ai_model.name, version: name, threshold, call: outcome === "POSITIVE" };
  return withFindingsNamed({ prediction_id: id, ...named, ...said }, null);
}

/** The person's own keys of the AI over the images; every other key is the browser's. */
function useOverlayKeys({ toggle, step }: ReturnType<typeof usePredictionMap>["overlays"]): void {
  const { keymap } = usePreferences();
  const own = useMemo(() => {
    const keys = [...keymap.actionOfKey].filter(([, action]) => action.startsWith("heat_"));
    return { ...keymap, actionOfKey: new Map(keys) };
  }, [keymap]);
  useHotkeys(own, (action) => {
    if (action === "heat_toggle") toggle();
    else step(action === "heat_more" ? 1 : -1);
  });
}

function Said({ prediction, version }: ShownProps) {
  const { score, outcome, uncertainty, in_force, imaging_study, imaging_study_uid } = prediction;
  return (
    <div>
      <Anchor component={Link} to={`/ai-models/${version.ai_model.id}`} size="xs">
        ← {version.ai_model.name}
      </Anchor>
      <Title order={4}>
        {version.ai_model.name} {version.version}
      </Title>
      <CaseWords study={imaging_study} uid={imaging_study_uid} isSuperseded={!in_force} />
      <Text size="sm" mt={6}>
        Score {score.toFixed(3)}, {outcome.toLowerCase()} (from {version.operating_threshold} on);{" "}
        {sourceText(prediction)}
      </Text>
      {uncertainty && (
        <Text size="xs" c="dimmed">
          {uncertaintyText(uncertainty)}
        </Text>
      )}
    </div>
  );
}

function NoMap({ version }: { version: ModelVersion }) {
  return (
    <Text size="sm" c="dimmed">
      This prediction has no map.{" "}
      {version.runnable
        ? "Explain predictions, at its version, works one out."
        : "One can be posted with a prediction, as its heat map."}
    </Text>
  );
}
