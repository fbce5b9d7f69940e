import { Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { Link, useLocation, useParams } from "react-router";
import { type CaseAnalysed, caseAnalysedQuery } from "@/api/analysis";
import { caseImagesQuery, currentOf, type PreviewStudy } from "@/api/hanging";
import { Problem } from "@/api/problem";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { NotFoundScreen } from "@/ui/NotFoundScreen";
import { type JumpsOnImages, StudyImages } from "@/ui/StudyImages";
import type { ViewerMark } from "@/viewer";
import { CaseFacts } from "./CaseFacts";
import classes from "./CaseScreen.module.css";
import type { CaseTrail } from "./CasesBehind";
import { drawn, layersOf } from "./caseMarks";

/** One case of an analysis on its images: what every reader and every AI said, beside the truth. To look at only. */
export function CaseScreen() {
  const { id = "", runId = "", caseId = "" } = useParams();
  const analysed = useQuery(caseAnalysedQuery(runId, caseId));
  const images = useQuery(caseImagesQuery(id, caseId));
  const studies = useMemo(() => images.data && currentOf(images.data.studies), [images.data]);
  if (analysed.error instanceof Problem && analysed.error.status === 404) return <NotFoundScreen />;
  const error = analysed.error ?? images.error;
  if (error) {
    const retry = () => {
      for (const query of [analysed, images]) if (query.error) void query.refetch();
    };
    return <ErrorNotice error={error} onRetry={retry} />;
  }
  if (!analysed.data || !studies) return <LoadingScreen />;
  return <Analysed key={caseId} analysed={analysed.data} studies={studies} />;
}

function Analysed({ analysed, studies }: { analysed: CaseAnalysed; studies: PreviewStudy[] }) {
  const jumps = useRef<JumpsOnImages>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const layers = useMemo(() => layersOf(analysed, studies), [analysed, studies]);
  const [firstMark] = useState(layers[0]?.marks[0] ?? null);
  const marks = useMemo(() => layers.filter(({ key }) => !hidden.has(key)).flatMap(drawn), [layers, hidden]);
  const jumpTo = (mark: ViewerMark) => {
    setSelectedId(mark.id);
    jumps.current?.jumpTo(mark);
  };
  const toggle = (key: string) =>
    setHidden((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
  return (
    <div className={classes.screen}>
      <div className={classes.images}>
        <StudyImages
          studies={studies}
          jumps={jumps}
          marks={marks}
          markShown={firstMark}
          selectedMarkId={selectedId}
          onMarkSelected={setSelectedId}
        />
      </div>
      <Stack component="aside" gap="md" className={classes.panel} aria-label="What was said of the case">
        <Trail name={analysed.case} />
        <CaseFacts analysed={analysed} layers={layers} hidden={hidden} onToggle={toggle} onJump={jumpTo} />
      </Stack>
    </div>
  );
}

/** The way back, and on to the other cases that stood behind what was chosen. */
function Trail({ name }: { name: string }) {
  const { id = "", runId = "", caseId = "" } = useParams();
  const trail = useLocation().state as CaseTrail | null;
  const position = trail ? trail.cases.findIndex((one) => one.id === caseId) : -1;
  const address = (step: number) => {
    const other = trail?.cases[position + step];
    return position >= 0 && other ? `/reader-studies/${id}/results/${runId}/cases/${other.id}` : null;
  };
  return (
    <div>
      <Anchor component={Link} to={`/reader-studies/${id}/results?run=${runId}`} size="xs">
        ← Results
      </Anchor>
      <Title order={4}>{name}</Title>
      {trail && position >= 0 && (
        <>
          <Text size="xs" c="dimmed">
            {trail.title}: {position + 1} of {trail.cases.length}
          </Text>
          <Group gap="xs" mt={4}>
            <StepButton to={address(-1)} trail={trail} text="Previous case" />
            <StepButton to={address(1)} trail={trail} text="Next case" />
          </Group>
        </>
      )}
    </div>
  );
}

function StepButton({ to, trail, text }: { to: string | null; trail: CaseTrail; text: string }) {
  if (to === null) {
    return (
      <Button size="compact-xs" variant="default" disabled>
        {text}
      </Button>
    );
  }
  return (
    <Button component={Link} to={to} state={trail} replace size="compact-xs" variant="default">
      {text}
    </Button>
  );
}
