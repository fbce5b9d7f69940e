import { Button, Group, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { caseImagesQuery, currentOf, type PreviewStudy } from "@/api/hanging";
import { type CaseOutcome, referenceSegmentsQuery } from "@/api/reference";
import type { ReferenceLesion } from "@/domain/lesions";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { type JumpsOnImages, StudyImages } from "@/ui/StudyImages";
import { firstPlace, lesionMarks, lesionOverlays, segmentsOf } from "./lesionMarks";
import classes from "./VersionImages.module.css";

interface VersionImagesProps {
  readerStudyId: string;
  version: number;
  /** Those that have lesions. */
  cases: CaseOutcome[];
}

/** The lesions of a version on the images of their cases, to look at only. */
export function VersionImages({ readerStudyId, version, cases }: VersionImagesProps) {
  const [chosen, setChosen] = useState(cases[0]?.case_id);
  const shown = cases.find((one) => one.case_id === chosen);
  const images = useQuery({ ...caseImagesQuery(readerStudyId, chosen ?? ""), enabled: shown !== undefined });
  const studies = useMemo(() => images.data && currentOf(images.data.studies), [images.data]);
  return (
    <>
      <Select
        label="On the images of"
        w={220}
        searchable
        allowDeselect={false}
        data={cases.map((one) => ({ value: one.case_id, label: one.case }))}
        value={chosen ?? null}
        onChange={(value) => value && setChosen(value)}
      />
      {images.error && <ErrorNotice error={images.error} onRetry={() => void images.refetch()} />}
      {images.isPending && <LoadingScreen />}
      {shown && studies && (
        <OnImages
          key={shown.case_id}
          readerStudyId={readerStudyId}
          version={version}
          studies={studies}
          lesions={shown.lesions}
        />
      )}
    </>
  );
}

interface OnImagesProps {
  readerStudyId: string;
  version: number;
  studies: PreviewStudy[];
  lesions: ReferenceLesion[];
}

function OnImages({ readerStudyId, version, studies, lesions }: OnImagesProps) {
  const jumps = useRef<JumpsOnImages>(null);
  const digests = useMemo(() => segmentsOf(lesions).map(({ sha256 }) => sha256), [lesions]);
  const segments = useQuery(referenceSegmentsQuery(readerStudyId, version, digests));
  const marks = useMemo(() => lesionMarks(lesions, studies), [lesions, studies]);
  const overlays = useMemo(
    () => ({ heats: [], segments: lesionOverlays(lesions, segments.data ?? new Map()) }),
    [lesions, segments.data],
  );
  const jumpTo = (lesion: ReferenceLesion) => {
    const place = firstPlace(lesion, studies);
    if (place) jumps.current?.jumpTo(place);
  };
  return (
    <>
      <Group gap="xs">
        {lesions.map((lesion) => (
          <Button key={lesion.id} size="compact-xs" variant="default" onClick={() => jumpTo(lesion)}>
            Go to {lesion.id}
          </Button>
        ))}
      </Group>
      {segments.error && <ErrorNotice error={segments.error} onRetry={() => void segments.refetch()} />}
      <div className={classes.images}>
        <StudyImages studies={studies} jumps={jumps} marks={marks} overlays={overlays} />
      </div>
    </>
  );
}
