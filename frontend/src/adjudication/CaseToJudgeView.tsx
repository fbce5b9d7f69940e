import { Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { type JudgedCase, judgedCaseQuery, judgedSegmentsQuery } from "@/api/adjudication";
import { choicesOf, withPoint } from "@/domain/lesionChoices";
import { ClinicalText } from "@/ui/ClinicalText";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import type { JumpsOnImages } from "@/ui/StudyImages";
import classes from "./Adjudication.module.css";
import { CaseImages } from "./CaseImages";
import { DecisionForm } from "./DecisionForm";
import { digestsOf, judgedMarks, judgedSegments, placeOfLesion } from "./judgedMarks";
import { LesionFields } from "./LesionFields";

interface CaseToJudgeViewProps {
  caseId: string;
  readerStudyId: string;
  onNext: (() => void) | null;
}

/** One case: its images, what the readers said as far as the round shows it, and the decision. */
export function CaseToJudgeView({ caseId, readerStudyId, onNext }: CaseToJudgeViewProps) {
  const { data, error, refetch } = useQuery(judgedCaseQuery(caseId));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  return <Judged judged={data} readerStudyId={readerStudyId} onNext={onNext} />;
}

interface JudgedProps {
  judged: JudgedCase;
  readerStudyId: string;
  onNext: (() => void) | null;
}

function Judged({ judged: data, readerStudyId, onNext }: JudgedProps) {
  const jumps = useRef<JumpsOnImages>(null);
  const [choices, setChoices] = useState(() => choicesOf(data.decision?.lesions ?? []));
  const [areMarksVisible, setMarksVisible] = useState(true);
  const [isPlacing, setPlacing] = useState(false);
  const [isTextOpen, setTextOpen] = useState(true);
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const marks = useMemo(() => judgedMarks(data.lesions, choices.added), [data.lesions, choices.added]);
  const studies = useMemo(() => [data.imaging_study, ...data.further_imaging_studies], [data]);
  const painted = usePainted(data, areMarksVisible);
  const show = (lesion: string) => {
    const place = placeOfLesion(lesion, marks, data.lesions);
    if (!place) return;
    setSelectedId(place.id);
    jumps.current?.jumpTo(place);
  };
  return (
    <>
      <div className={classes.images}>
        <CaseImages
          studies={studies}
          marks={marks}
          overlays={painted.overlays}
          areMarksVisible={areMarksVisible}
          selectedMarkId={selectedId}
          isPlacing={isPlacing}
          onPlaced={(geometry) => {
            setPlacing(false);
            setChoices((before) => withPoint(before, geometry));
          }}
          onSelected={setSelectedId}
          jumps={jumps}
        />
      </div>
      <Stack component="aside" gap="md" className={classes.panel} aria-label="Decision">
        <div>
          <Text size="sm" c="dimmed">
            {data.case}
          </Text>
          <Title order={5}>{data.question}</Title>
        </div>
        <ClinicalText
          value={data.case_text}
          isOpen={isTextOpen}
          onToggle={() => setTextOpen((was) => !was)}
        />
        <Readers judged={data} />
        {painted.error && (
          <ErrorNotice
            error={painted.error}
            title="Painted segments could not be loaded"
            onRetry={painted.retry}
          />
        )}
        {data.is_decided_by_another ? (
          <Text size="sm">Another adjudicator has decided about this case.</Text>
        ) : (
          <DecisionForm
            judged={data}
            readerStudyId={readerStudyId}
            onNext={onNext}
            choices={choices}
            lesionFields={
              <LesionFields
                lesions={data.lesions}
                choices={choices}
                onChoices={setChoices}
                areMarksVisible={areMarksVisible}
                onMarksVisible={setMarksVisible}
                isPlacing={isPlacing}
                onPlacing={setPlacing}
                onShow={show}
              />
            }
          />
        )}
      </Stack>
    </>
  );
}

/** What the readers have painted, over the images while marks are shown. */
function usePainted({ id, lesions }: JudgedCase, areMarksVisible: boolean) {
  const { data: voxels, error, refetch } = useQuery(judgedSegmentsQuery(id, digestsOf(lesions)));
  const overlays = useMemo(
    () => ({ heats: [], segments: voxels && areMarksVisible ? judgedSegments(lesions, voxels) : [] }),
    [lesions, voxels, areMarksVisible],
  );
  return { overlays, error, retry: () => void refetch() };
}

function Readers({ judged }: { judged: JudgedCase }) {
  if (judged.readers.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        This round shows nothing of the readers.
      </Text>
    );
  }
  return judged.readers.map((reader) => (
    <Table key={reader.name} aria-label={reader.name} verticalSpacing={3}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th colSpan={2}>{reader.name}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {reader.answers.map(({ question, answer }, index) => (
          // Two findings of one question can say the same; the list never changes while shown.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <Table.Tr key={index}>
            <Table.Td c="dimmed">{question}</Table.Td>
            <Table.Td>{answer}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  ));
}
