import { type RefObject, useCallback, useMemo, useRef, useState } from "react";
import type { Read } from "@/api/reading";
import type { Edit } from "@/domain/edits";
import { findingColour } from "@/domain/findingColours";
import type { Grid } from "@/domain/grid";
import { isLocated, type MarkKind, SEGMENT } from "@/domain/labelSchema";
import { segmentStatistics } from "@/domain/markText";
import { type Finding, isSegment, type Mark, type SegmentGeometry } from "@/domain/payload";
import type { Keep } from "@/domain/segmentIslands";
import type { Segment } from "@/domain/segments";
import {
  colourNumbers,
  FIRST_SETTINGS,
  nextOpacity,
  OPACITIES,
  orderedRange,
  type SegmentSettings,
  type SegmentTool,
  steppedRadius,
} from "@/domain/segmentTools";
import { HOUNSFIELD_SCALE, type ShownValues, scaleOf, startOfValues } from "@/domain/valueStart";
import type { Painted, SegmentInputs, ViewerHandle, ViewerMark } from "@/viewer";
import { currentSeriesOf } from "../caseImages";
import type { EditedRead } from "../useReadSession";
import { changedPlace } from "./segmentChange";
import { type CopiedSegment, copiedSegment } from "./segmentCopy";
import { type SegmentStore, segmentStoreOf } from "./segmentStore";
import { useSegmentPainting } from "./useSegmentPainting";
import { useSegmentVersions } from "./useSegmentVersions";

/** A segment of the read, and the mark that holds it. */
export interface SegmentMark {
  mark: Mark & { geometry: SegmentGeometry };
  findingId: string;
  number: number;
  colour: string;
}

export interface Segments {
  /** Whether the form has a use for segments, or the read has some already. */
  isOffered: boolean;
  inputs: SegmentInputs;
  tool: SegmentTool | null;
  setTool: (tool: SegmentTool | null) => void;
  settings: SegmentSettings;
  change: (part: Partial<SegmentSettings>) => void;
  stepRadius: (step: 1 | -1) => void;
  stepOpacity: () => void;
  active: SegmentMark | null;
  beginNew: () => void;
  hidden: ReadonlySet<string>;
  toggleHidden: (markId: string) => void;
  interpolate: () => void;
  removeIslands: (keep: Keep) => void;
  /** The slice that a step from one version of a segment to another changes; null for other marks. */
  placeOfChange: (before: Mark | undefined, after: Mark | undefined) => ViewerMark | null;
  /** Somebody else's voxels as a segment of the reader's own, not yet in the read; null where their series is gone. */
  keepCopy: (voxels: Segment) => Promise<CopiedSegment | null>;
  /** The active segment's size and values in words. */
  statistics: string | null;
  /** What there is to say of the last step; null when nothing. */
  notice: string | null;
  /** A stroke is on its way into the read. */
  isDrawing: boolean;
  onSegmentPainted: (painted: Painted) => Promise<void>;
  /** Once more, on top of what the form has now. */
  drawAgain: (stroke: Edit) => void;
  onSegmentNotice: (notice: string | null) => void;
}

/** Which segments the images show, one by one. */
export type SegmentVisibility = Pick<Segments, "hidden" | "toggleHidden">;

interface SegmentsInput {
  read: Read;
  personId: string;
  handle: EditedRead;
  isFrozen: boolean;
  /** A stroke that is on its way still gets into the read, also while it waits to be signed. */
  mayEdit: boolean;
  /** The form stands in another window, which saves. */
  isDistant: boolean;
  areMarksVisible: boolean;
  /** The marking tool, which has the mouse first; choosing a segment tool puts it away. */
  tool: MarkKind | null;
  putToolAway: () => void;
  setTool: (tool: null) => void;
  selectedMarkId: string | null;
  setSelectedMarkId: (markId: string | null) => void;
  extendedId: string | null;
  /** The magnifier has the mouse too. */
  grid: Grid;
  viewer: RefObject<ViewerHandle | null>;
}

/** Segments of a read: which there are, which one the tools change, and how. */
export function useSegments(input: SegmentsInput): Segments {
  const { read, personId, handle, isFrozen, selectedMarkId, setSelectedMarkId, viewer } = input;
  const { findings } = handle.session.save.payload;
  const [store] = useState((): SegmentStore => segmentStoreOf(personId, read.id, read.payload));
  const [notice, setNotice] = useState<string | null>(null);
  const isResting = isFrozen || input.tool !== null || input.grid.isMagnifying;
  const tools = useTools(isResting, input.putToolAway, () => viewer.current?.shownValues() ?? null);
  const [nextId, setNextId] = useState(() => crypto.randomUUID() as string);
  const marks = useMemo(() => segmentMarks(findings), [findings]);
  const versions = useSegmentVersions(store, marks, setNotice);
  const selected = marks.find(({ mark }) => mark.id === selectedMarkId) ?? null;
  // What is added to a finding is another segment, not a change of this one.
  const active = selected?.findingId === input.extendedId ? null : selected;
  const { hidden, toggleHidden } = useHidden();
  const inputs = useInputs({ input, tools, marks, versions, active, nextId, hidden });
  const beginNew = useCallback(() => {
    setSelectedMarkId(null);
    setNextId(crypto.randomUUID());
  }, [setSelectedMarkId]);
  const { isDrawing, onSegmentPainted, drawAgain } = useSegmentPainting({
    ...input,
    store,
    findings,
    onCreated: (markId) => {
      setSelectedMarkId(markId);
      // Ends the extending.
      input.setTool(null);
      setNextId(crypto.randomUUID());
    },
    onNotice: setNotice,
  });
  const command = (act: (segment: Segment, handle: ViewerHandle) => string | null) => {
    const voxels = active && store.peek(active.mark.geometry.sha256);
    if (voxels && viewer.current) setNotice(act(voxels, viewer.current));
  };
  const { questions } = read.label_schema;
  return {
    isOffered:
      marks.length > 0 || questions.filter(isLocated).some((question) => question.tools.includes(SEGMENT)),
    inputs,
    ...tools,
    active,
    beginNew,
    hidden,
    toggleHidden,
    interpolate: () => command((voxels, { segments }) => segments.interpolate(voxels)),
    removeIslands: (keep) => command((voxels, { segments }) => segments.removeIslands(voxels, keep)),
    placeOfChange: (before, after) =>
      changedPlace(store, [before, after], viewer.current?.currentPlace() ?? null),
    keepCopy: (voxels) => copiedSegment(voxels, store, viewer, input.isDistant),
    statistics: active && segmentStatistics(active.mark, versions.get(active.mark.geometry.sha256)),
    notice,
    isDrawing,
    onSegmentPainted,
    drawAgain,
    onSegmentNotice: setNotice,
  };
}

function segmentMarks(findings: Finding[]): SegmentMark[] {
  return findings.flatMap(({ id: findingId, marks }, index) =>
    marks.flatMap((mark): SegmentMark[] => {
      const { geometry } = mark;
      if (!isSegment(geometry)) return [];
      return [{ mark: { ...mark, geometry }, findingId, number: index + 1, colour: findingColour(index) }];
    }),
  );
}

type Tools = Pick<Segments, "tool" | "setTool" | "settings" | "change" | "stepRadius" | "stepOpacity"> & {
  opacity: number;
};

const ASK_FOR_VALUES: ReadonlySet<SegmentTool | null> = new Set(["THRESHOLD", "GROW"]);

function useTools(isResting: boolean, putToolAway: () => void, shownValues: () => ShownValues | null): Tools {
  const [chosen, setChosen] = useState<SegmentTool | null>(null);
  const [settings, setSettings] = useState(FIRST_SETTINGS);
  const [opacity, setOpacity] = useState(OPACITIES[0] ?? 0);
  const scale = useRef(HOUNSFIELD_SCALE);
  const asked = useRef(shownValues);
  asked.current = shownValues;
  return {
    tool: isResting ? null : chosen,
    setTool: useCallback(
      (tool: SegmentTool | null) => {
        setChosen(tool);
        if (tool !== null) putToolAway();
        const shown = ASK_FOR_VALUES.has(tool) ? asked.current() : null;
        if (!shown || scaleOf(shown) === scale.current) return;
        // What was typed for one scale means nothing on another.
        scale.current = scaleOf(shown);
        setSettings((before) => ({ ...before, ...startOfValues(shown) }));
      },
      [putToolAway],
    ),
    settings,
    change: useCallback((part) => setSettings((before) => ({ ...before, ...part })), []),
    stepRadius: useCallback(
      (step) => setSettings((before) => ({ ...before, radius_mm: steppedRadius(before.radius_mm, step) })),
      [],
    ),
    opacity,
    stepOpacity: useCallback(() => setOpacity(nextOpacity), []),
  };
}

function useHidden(): SegmentVisibility {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const toggleHidden = useCallback((id: string) => {
    setHidden((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }, []);
  return { hidden, toggleHidden };
}

interface InputsOf {
  input: SegmentsInput;
  tools: Tools;
  marks: SegmentMark[];
  versions: ReadonlyMap<string, Segment>;
  active: SegmentMark | null;
  nextId: string;
  hidden: ReadonlySet<string>;
}

/** What the viewer is to show and to do. */
function useInputs({ input, tools, marks, versions, active, nextId, hidden }: InputsOf): SegmentInputs {
  const { areMarksVisible } = input;
  const { tool, settings, opacity } = tools;
  const shown = useMemo(
    () =>
      marks.flatMap(({ mark, colour }) => {
        const { segment_id, sha256 } = mark.geometry;
        const voxels = versions.get(sha256);
        if (!voxels) return [];
        const isVisible = areMarksVisible && !hidden.has(mark.id);
        return [{ segmentId: segment_id, voxels, colour: colourNumbers(colour), isVisible }];
      }),
    [marks, versions, areMarksVisible, hidden],
  );
  const { findings } = input.handle.session.save.payload;
  const { read } = input;
  const drawable = useMemo(
    () => new Set(currentSeriesOf(read).map((one) => one.series_instance_uid)),
    [read],
  );
  // The same object while nothing of it changes: a new one takes the tool up anew.
  const ordered = useMemo(() => ({ ...settings, range: orderedRange(settings.range) }), [settings]);
  const segmentId = active?.mark.geometry.segment_id ?? nextId;
  const series = active?.mark.geometry.series_instance_uid ?? null;
  const extended = findings.findIndex(({ id }) => id === input.extendedId);
  const colour = active?.colour ?? findingColour(extended === -1 ? findings.length : extended);
  return useMemo(
    () => ({
      shown,
      active: { segmentId, colour: colourNumbers(colour), seriesInstanceUid: series },
      drawable,
      tool,
      settings: ordered,
      opacity,
    }),
    [shown, segmentId, colour, series, drawable, tool, ordered, opacity],
  );
}
