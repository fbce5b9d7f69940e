import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { caseImagesQuery, type PreviewStudy } from "@/api/hanging";
import { type CaseMark, caseMarksQuery, type Lesion, type LesionCorrection } from "@/api/reference";
import { findingColour } from "@/domain/findingColours";
import type { Grid } from "@/domain/grid";
import { hungGrid } from "@/domain/hangGrid";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { isTestMode } from "@/ui/pageMeta";
import { usePreferences } from "@/ui/usePreferences";
import { useSeriesSource } from "@/ui/useSeriesSource";
import type { ViewerHandle, ViewerMark } from "@/viewer";
import classes from "./Lesions.module.css";

const LookingGrid = lazy(() => import("@/viewer").then((viewer) => ({ default: viewer.LookingGrid })));

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
  const error = images.error ?? drawn.error;
  if (error) return <ErrorNotice error={error} onRetry={() => void drawn.refetch()} />;
  const study = images.data?.studies[0];
  if (!study || !drawn.data) return <LoadingScreen />;
  return <MarkedImages study={study} drawn={drawn.data} lesions={lesions} shown={shown} />;
}

interface MarkedImagesProps extends Pick<LesionImagesProps, "lesions" | "shown"> {
  study: PreviewStudy;
  drawn: CaseMark[];
}

function MarkedImages({ study, drawn, lesions, shown }: MarkedImagesProps) {
  const viewer = useRef<ViewerHandle>(null);
  const { mouse } = usePreferences();
  const settings = useMemo(() => ({ map: mouse, isWheelReversed: false }), [mouse]);
  const hung = useMemo(() => hungGrid([], [study.series]), [study.series]);
  const [grid, setGrid] = useState<Grid>(hung.grid);
  const source = useSeriesSource(() => study.study_instance_uid);
  const marks = useMemo(() => marksOf(lesions, drawn), [lesions, drawn]);
  const target = marks.find(({ id }) => id.startsWith(`${shown} `)) ?? null;
  useEffect(() => {
    if (target) viewer.current?.jumpToMark(target);
  }, [target]);
  return (
    <div className={classes.images}>
      <Suspense fallback={<LoadingScreen />}>
        <LookingGrid
          ref={viewer}
          grid={grid}
          onGrid={setGrid}
          source={source}
          marks={marks}
          selectedMarkId={null}
          mouse={settings}
          firstMark={target}
          isTestMode={isTestMode()}
        />
      </Suspense>
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
