import { type RefObject, useCallback, useMemo, useRef, useState } from "react";
import type { AiPrediction, Read } from "@/api/reading";
import { askedQuestions } from "@/domain/conditions";
import { type Grid, withSeries } from "@/domain/grid";
import type { Looks } from "@/domain/keptView";
import { findingOfMark, markIn } from "@/domain/payload";
import type { Segment } from "@/domain/segments";
import { aiMarks, aiSegmentPlaces, withoutSettled } from "@/ui/ai/aiMarks";
import { useJumps } from "@/ui/useJumps";
import type { ViewerHandle, ViewerMark } from "@/viewer";
import { useReadersMarks, useReadersPlaces } from "./arbitration/useReadersMarks";
import { isShownPrior, type PriorsShown, seriesOf, studyAbout } from "./caseImages";
import { useHanging } from "./useHanging";
import { type MarkDrawing, useMarkDrawing } from "./useMarkDrawing";
import type { EditedRead } from "./useReadSession";
import { ownMarks, priorMarks, segmentPlace } from "./viewerMarks";

export interface Images extends MarkDrawing {
  viewer: RefObject<ViewerHandle | null>;
  marks: ViewerMark[];
  /** Where the list leads to for the AI's segments, which are no marks. */
  places: ViewerMark[];
  areMarksVisible: boolean;
  toggleMarks: () => void;
  /** While true, no mark is shown: for a look at the image beneath. */
  holdMarksHidden: (isHeld: boolean) => void;
  selectedMarkId: string | null;
  setSelectedMarkId: (id: string | null) => void;
  /** Select a mark and go to its slice, on whichever series it lies, or to another place where it has several. */
  goToMark: (id: string, place?: ViewerMark | null) => void;
  goBack: () => void;
  /** Let the next mark join the finding of the selected one, or no longer. */
  extendSelected: () => void;
  /** Let the selected 3D box begin or end at the slice on the screen. */
  moveBoxEnd: (end: "FIRST" | "LAST") => void;
  grid: Grid;
  onGrid: (change: (grid: Grid) => Grid) => void;
  /** Back to how the case opened. */
  hangAgain: () => void;
  /** How the panes were looked at when they were here last. */
  looks: RefObject<Looks>;
  onViewLeft: (looks: Looks) => void;
  /** Another window of this browser is about to show the images: as they are here. */
  keepView: () => void;
  /** Show a series in a pane, the active one unless said. */
  showSeries: (seriesInstanceUid: string, paneId?: string) => void;
  firstMark: ViewerMark | null;
  /** Whether the values on the active pane are SUV. */
  hasSuv: boolean;
  setSuvShown: (hasSuv: boolean) => void;
}

interface ImagesInput {
  read: Read;
  personId: string;
  handle: EditedRead;
  priorsShown: PriorsShown;
  isFrozen: boolean;
  ai: AiPrediction | null;
  /** The voxels of its segments by their digest. */
  aiVoxels: ReadonlyMap<string, Segment>;
  /** Of the lines of the AI's marks. */
  aiOpacity: number;
  keepsTool: boolean;
}

/** What is on the images and which part of it is chosen; the marks themselves are those of the read. */
export function useImages(input: ImagesInput): Images {
  const { read, handle, isFrozen, ai, aiVoxels, aiOpacity, keepsTool, priorsShown } = input;
  const viewer = useRef<ViewerHandle>(null);
  const [selectedMarkId, setSelectedMarkId] = useState<string | null>(null);
  const visibility = useVisibility();
  const [hasSuv, setSuvShown] = useState(false);
  const { answers, findings, ai_decisions } = handle.session.save.payload;
  const priors = useMemo(
    () => read.case.priors.filter((prior) => isShownPrior(prior, priorsShown)),
    [read, priorsShown],
  );
  const readersMarks = useReadersMarks(read);
  const known = useMemo(
    () => [
      ...ownMarks(findings, isFrozen),
      ...aiMarks(ai, ({ study_instance_uid }) => studyAbout(read, study_instance_uid), aiOpacity),
      ...priorMarks(priors),
      ...readersMarks,
    ],
    [findings, isFrozen, ai, read, aiOpacity, priors, readersMarks],
  );
  const marks = useMemo(
    () => withoutSettled(known, ai_decisions, selectedMarkId),
    [known, ai_decisions, selectedMarkId],
  );
  const aiPlaces = useMemo(() => aiSegmentPlaces(ai, aiVoxels), [ai, aiVoxels]);
  const readersPlaces = useReadersPlaces(read);
  const places = useMemo(
    () => withoutSettled(aiPlaces, ai_decisions, selectedMarkId),
    [aiPlaces, ai_decisions, selectedMarkId],
  );
  const { edit } = handle;
  const questions = useMemo(
    () => askedQuestions(read.label_schema.questions, { answers, findings }),
    [read.label_schema.questions, answers, findings],
  );
  const drawing = useMarkDrawing({ questions, findings, edit, keepsTool, onSelected: setSelectedMarkId });
  const hanging = useHanging({ read, personId: input.personId, marks, viewer });
  const { grid, onGrid, firstMark, setFirstMark, hangAgain, looks, onViewLeft, keepView } = hanging;
  const seriesOfCase = useMemo(() => seriesOf(read).map((one) => one.series_instance_uid), [read]);
  const { jumpTo, jumpBack } = useJumps({ viewer, seriesOfCase, grid, onGrid, setFirstMark });
  const showSeries = useCallback(
    (uid: string, paneId?: string) => {
      setFirstMark(null);
      onGrid((before) => withSeries(before, paneId ?? before.activeId, uid));
    },
    [onGrid, setFirstMark],
  );
  const goToMark = useCallback(
    (id: string, place?: ViewerMark | null) => {
      setSelectedMarkId(id);
      const own = markIn(findings, id);
      const there = [...known, ...aiPlaces, ...readersPlaces].find((candidate) => candidate.id === id);
      const mark = place ?? there ?? (own && segmentPlace(own));
      if (mark) jumpTo(mark);
    },
    [known, aiPlaces, readersPlaces, findings, jumpTo],
  );
  const selected = findingOfMark(findings, selectedMarkId);
  const { toggleExtending, putToolAway, setTool: chooseTool } = drawing;
  const stopMagnifying = useCallback(
    () => onGrid((before) => (before.isMagnifying ? { ...before, isMagnifying: false } : before)),
    [onGrid],
  );
  const extendSelected = useCallback(
    () => selected && toggleExtending(selected),
    [selected, toggleExtending],
  );
  const moveBoxEnd = useCallback(
    (end: "FIRST" | "LAST") => {
      const mark = selected?.marks.find(({ id }) => id === selectedMarkId);
      const moved = mark?.geometry.kind === "BOX" && viewer.current?.boxReachingTo(mark.geometry, end);
      if (mark && moved) edit({ type: "mark_changed", id: mark.id, change: moved });
    },
    [selected, selectedMarkId, edit],
  );
  return {
    ...drawing,
    ...visibility,
    viewer,
    marks,
    places,
    setTool: useCallback(
      (chosen) => {
        chooseTool(chosen);
        stopMagnifying();
      },
      [chooseTool, stopMagnifying],
    ),
    putToolAway: useCallback(() => {
      putToolAway();
      stopMagnifying();
    }, [putToolAway, stopMagnifying]),
    selectedMarkId,
    setSelectedMarkId,
    goToMark,
    goBack: jumpBack,
    extendSelected,
    moveBoxEnd,
    grid,
    onGrid,
    hangAgain,
    looks,
    onViewLeft,
    keepView,
    showSeries,
    firstMark,
    hasSuv,
    setSuvShown,
  };
}

/** Marks are shown or not, and hidden while a key is held whatever else was chosen. */
function useVisibility(): Pick<Images, "areMarksVisible" | "toggleMarks" | "holdMarksHidden"> {
  const [isShown, setShown] = useState(true);
  const [isHeld, setHeld] = useState(false);
  return {
    areMarksVisible: isShown && !isHeld,
    toggleMarks: useCallback(() => setShown((wasShown) => !wasShown), []),
    holdMarksHidden: setHeld,
  };
}
