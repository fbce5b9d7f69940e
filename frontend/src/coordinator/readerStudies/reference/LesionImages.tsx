import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { caseImagesQuery, currentOf, type PreviewStudy } from "@/api/hanging";
import { type CaseMark, caseMarksQuery, type Lesion, type LesionCorrection } from "@/api/reference";
import { findingColour } from "@/domain/findingColours";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { StudyImages } from "@/ui/StudyImages";
import type { ViewerMark } from "@/viewer";
import classes from "./Lesions.module.css";

interface LesionImagesProps {
  readerStudyId: string;
  asked: Pick<LesionCorrection, "case_id" | "arm" | "question">;
  lesions: Lesion[];
  /** The lesion to go to. */
  shown: string;
}

/** The images of a case with every reader's marks; those of one lesion have one colour. */
export function LesionImages({ readerStudyId, asked, lesions, shown }: LesionImagesProps) {
  const images = useQuery(caseImagesQuery(readerStudyId, asked.case_id));
  const drawn = useQuery(caseMarksQuery(readerStudyId, asked.case_id, asked.arm, asked.question));
  const studies = useMemo(() => images.data && currentOf(images.data.studies), [images.data]);
  const error = images.error ?? drawn.error;
  const retry = () => {
    for (const query of [images, drawn]) if (query.error) void query.refetch();
  };
  if (error) return <ErrorNotice error={error} onRetry={retry} />;
  if (!studies || !drawn.data) return <LoadingScreen />;
  return <MarkedImages studies={studies} drawn={drawn.data} lesions={lesions} shown={shown} />;
}

interface MarkedImagesProps extends Pick<LesionImagesProps, "lesions" | "shown"> {
  studies: PreviewStudy[];
  drawn: CaseMark[];
}

function MarkedImages({ studies, drawn, lesions, shown }: MarkedImagesProps) {
  const marks = useMemo(() => marksOf(lesions, drawn), [lesions, drawn]);
  const target = marks.find(({ id }) => id.startsWith(`${shown} `)) ?? null;
  return (
    <div className={classes.images}>
      <StudyImages studies={studies} marks={marks} markShown={target} />
    </div>
  );
}

function marksOf(lesions: Lesion[], drawn: CaseMark[]): ViewerMark[] {
  const byKey = new Map(drawn.map((one) => [one.key, one]));
  return lesions.flatMap((lesion, index) =>
    lesion.marks.flatMap(({ key, reader }) =>
      (byKey.get(key)?.geometries ?? []).map((geometry, number): ViewerMark => {
        const label = `${lesion.id} ${reader}`;
        const id = `${lesion.id} ${key} ${number}`;
        return { id, geometry, label, colour: findingColour(index), source: "READER", isLocked: true };
      }),
    ),
  );
}
