import {
  type Ref,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Caption } from "@/domain/captions";
import { type Grid, SHAPE_OF_LAYOUT, withActive, withMaximisedToggled } from "@/domain/grid";
import type { Looks } from "@/domain/keptView";
import type { MarkKind } from "@/domain/labelSchema";
import { planeNotice, type ToolInHand } from "@/domain/planeNotice";
import type { SegmentOverlay } from "@/domain/segmentOverlay";
import { slabText } from "@/domain/slab";
import { startCornerstone, usesCpu } from "./cornerstone";
import { GridController, type SeriesSource, type ViewerEvents } from "./GridController";
import type { ViewerMark } from "./markLayer";
import { NoWebGl } from "./NoWebGl";
import type { ImageOverlays } from "./overlay/useOverlays";
import { PaneFrame } from "./PaneFrame";
import { usePinch } from "./pinch";
import type { SegmentInputs } from "./segments/SegmentDesk";
import { exposeForTests } from "./testProbe";
import { draws, type MouseSettings } from "./toolGroup";
import classes from "./Viewer.module.css";
import { type ViewerHandle, viewerHandle } from "./viewerHandle";

export interface ViewerGridProps extends ViewerEvents {
  grid: Grid;
  onGrid: (change: (grid: Grid) => Grid) => void;
  source: SeriesSource;
  marks: ViewerMark[];
  areMarksVisible: boolean;
  selectedMarkId: string | null;
  tool: MarkKind | null;
  mouse: MouseSettings;
  segments: SegmentInputs;
  /** Where a series of this mark opens; set when a list entry of a series not shown is chosen. */
  firstMark: ViewerMark | null;
  /** What stands over the images of a series, for priors. */
  captions: Record<string, Caption>;
  /** What the AI lays over the images, where the protocol shows it. */
  overlays: ImageOverlays;
  /** How the panes were looked at when they were here last; read when they are made. */
  looks?: RefObject<Looks>;
  /** The images go, with the page or before it. */
  onViewLeft?: (looks: Looks) => void;
  /** A series was dropped on a pane. */
  onSeriesDropped: (paneId: string, seriesInstanceUid: string) => void;
  /** The images can be asked for: thumbnails, for example. */
  onReady?: () => void;
  /** Lengths on the active pane are of this unit. */
  onUnitShown: (unit: "mm" | "px") => void;
  /** Whether the values on the active pane are SUV. */
  onSuvShown: (hasSuv: boolean) => void;
  /** Called whenever an image has come onto the screen. */
  onImageShown: () => void;
  isTestMode: boolean;
  ref: Ref<ViewerHandle>;
}

/** The images of a case: one or several panes in a layout, with everything a reader expects around them. */
export function ViewerGrid(props: ViewerGridProps) {
  const { grid, onGrid } = props;
  const controller = useController(props);
  const newest = useRef(props);
  newest.current = props;
  useViewerInputs(controller, props);
  const [element, setElement] = useState<HTMLElement | null>(null);
  usePinch(controller, element);
  useImperativeHandle(props.ref, () => viewerHandle(controller, () => newest.current.grid.activeId, onGrid), [
    controller,
    onGrid,
  ]);
  const isReady = controller !== null;
  useEffect(() => {
    if (isReady) newest.current.onReady?.();
  }, [isReady]);
  const ownSegments = useOwnSegments(props.segments);
  const shape = SHAPE_OF_LAYOUT[grid.layout];
  const onPlanes = { slab: slabText(grid.slab), toolNote: planeNotice(toolInHand(props))?.short ?? null };
  return (
    <div className={classes.frame}>
      <div
        ref={setElement}
        className={classes.grid}
        style={{
          gridTemplateColumns: `repeat(${shape.columns}, minmax(0, 1fr))`,
          gridTemplateRows: `repeat(${shape.rows}, minmax(0, 1fr))`,
        }}
        data-testid="viewer"
      >
        {controller &&
          grid.panes.map((pane) => (
            <PaneFrame
              key={pane.id}
              controller={controller}
              pane={pane}
              isActive={pane.id === grid.activeId}
              hasText={grid.hasText}
              {...(pane.view === "STACK" ? ON_STACKS : onPlanes)}
              isAlone={grid.panes.length === 1}
              isMaximised={grid.isMaximised && pane.id === grid.activeId}
              firstMark={props.firstMark}
              caption={props.captions[pane.seriesInstanceUid ?? ""]}
              overlays={props.overlays}
              ownSegments={ownSegments}
              onActivated={() => onGrid((before) => withActive(before, pane.id))}
              onPressed={(buttons) => {
                const { tool, segments, mouse } = newest.current;
                if (!draws(buttons, mouse)) return;
                // Who draws on a slice wants it to stay.
                if (tool !== null || segments.tool !== null) controller.pane(pane.id)?.pauseCine();
                const tried = pane.view === "STACK" ? null : planeNotice(toolInHand(newest.current));
                if (tried) props.onMarkRefused(tried.sentence);
              }}
              onMaximised={() => {
                // While a mark is drawn a double click belongs to its tool.
                const { tool, segments } = newest.current;
                if (tool === null && segments.tool === null)
                  onGrid((before) => withMaximisedToggled(before, pane.id));
              }}
              onDropped={(uid) => props.onSeriesDropped(pane.id, uid)}
              onUnitShown={props.onUnitShown}
              onSuvShown={props.onSuvShown}
              onImageShown={props.onImageShown}
            />
          ))}
      </div>
      {isReady && usesCpu() && <NoWebGl />}
    </div>
  );
}

const ON_STACKS = { slab: null, toolNote: null };
const NO_LOOKS: Looks = { panes: {}, crosshairs: null };

function toolInHand({ tool, segments, grid }: ViewerGridProps): ToolInHand {
  return { tool, isSegmenting: segments.tool !== null, isMagnifying: grid.isMagnifying };
}

/** The reader's segments as reformats show them; stacks have labelmaps that the tools change. */
function useOwnSegments({ shown, opacity }: SegmentInputs): SegmentOverlay[] {
  return useMemo(
    () =>
      shown
        .filter(({ isVisible }) => isVisible)
        .map(({ voxels, colour }) => ({ voxels, colour, fill: opacity, line: 0.9, isForeign: false })),
    [shown, opacity],
  );
}

function useController(props: ViewerGridProps): GridController | null {
  const [controller, setController] = useState<GridController | null>(null);
  // The newest callbacks, so that a re-render of the form does not rebuild the panes.
  const events = useRef(props);
  events.current = props;
  const { isTestMode, source } = props;
  // Before the browser paints: what it paints keeps the graphics process busy, which the drawing area has to wait for.
  useLayoutEffect(() => {
    startCornerstone();
    const looks = events.current.looks?.current ?? NO_LOOKS;
    const handlers: ViewerEvents = {
      mayMark: (uid) => events.current.mayMark(uid),
      onMarkDrawn: (id, mark) => events.current.onMarkDrawn(id, mark),
      onMarkMoved: (id, mark) => events.current.onMarkMoved(id, mark),
      onMarkSelected: (id) => events.current.onMarkSelected(id),
      onMarkRefused: (reason) => events.current.onMarkRefused(reason),
      onSegmentPainted: (painted) => events.current.onSegmentPainted(painted),
      onSegmentNotice: (notice) => events.current.onSegmentNotice(notice),
    };
    const made = new GridController(source, handlers, looks);
    const leave = () => events.current.onViewLeft?.(made.looks);
    window.addEventListener("pagehide", leave);
    const stopExposing = isTestMode ? exposeForTests(made) : null;
    setController(made);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
      stopExposing?.();
      made.destroy();
      setController(null);
    };
  }, [source, isTestMode]);
  return controller;
}

function useViewerInputs(controller: GridController | null, props: ViewerGridProps): void {
  const { marks, areMarksVisible, selectedMarkId, tool, mouse, grid, segments } = props;
  useEffect(() => controller?.setActive(grid.activeId), [controller, grid.activeId]);
  useEffect(() => controller?.setMarks(marks), [controller, marks]);
  useEffect(() => controller?.setMarksVisible(areMarksVisible), [controller, areMarksVisible]);
  // Marks come before the selection: a mark just loaded can be the selected one.
  useEffect(() => controller?.select(selectedMarkId), [controller, selectedMarkId]);
  useEffect(
    () => controller?.setTool(tool, grid.isMagnifying, mouse),
    [controller, tool, grid.isMagnifying, mouse],
  );
  const areRefusing = planeNotice(toolInHand(props)) !== null;
  useEffect(() => controller?.setPlanesRefuse(areRefusing), [controller, areRefusing]);
  useEffect(() => controller?.setSlab(grid.slab), [controller, grid.slab]);
  useEffect(() => controller?.setLinks(grid.links), [controller, grid.links]);
  useEffect(
    () => controller?.setReferenceLines(grid.hasReferenceLines),
    [controller, grid.hasReferenceLines],
  );
  useEffect(() => controller?.desk.setInputs(segments), [controller, segments]);
}
