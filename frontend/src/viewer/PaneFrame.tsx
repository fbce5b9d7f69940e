import {
  type DragEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { Caption } from "@/domain/captions";
import type { GridPane, PaneView } from "@/domain/grid";
import type { SegmentOverlay } from "@/domain/segmentOverlay";
import { SERIES_DRAG_TYPE } from "@/domain/seriesDrag";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { usesCpu } from "./cornerstone";
import type { GridController } from "./GridController";
import type { ViewerMark } from "./markLayer";
import { TURN_ON_WEBGL } from "./NoWebGl";
import { sliceOf } from "./nearestSlice";
import type { OpenedSeries } from "./openedSeries";
import { firstIndex } from "./opening";
import { type ImageOverlays, useOverlays } from "./overlay/useOverlays";
import { ProgressBar } from "./ProgressBar";
import type { Pane } from "./pane";
import { SliceSlider } from "./SliceSlider";
import classes from "./Viewer.module.css";
import { ViewerOverlay } from "./ViewerOverlay";
import { StateStore } from "./viewerState";

interface PaneFrameProps {
  controller: GridController;
  pane: GridPane;
  isActive: boolean;
  isAlone: boolean;
  hasText: boolean;
  /** What a plane gathers; null for stacks. */
  slab: string | null;
  /** That what is in hand does not work on a plane; null for stacks. */
  toolNote: string | null;
  isMaximised: boolean;
  firstMark: ViewerMark | null;
  /** What sets these images apart: that they are a prior's. */
  caption: Caption | undefined;
  overlays: ImageOverlays;
  /** The reader's own segments, which stacks show by themselves. */
  ownSegments: readonly SegmentOverlay[];
  onActivated: () => void;
  /** The mouse is pressed on the images, with these buttons. */
  onPressed: (buttons: number) => void;
  onMaximised: () => void;
  onDropped: (seriesInstanceUid: string) => void;
  /** The pane is the active one, and its lengths are of this unit. */
  onUnitShown: (unit: "mm" | "px") => void;
  /** The pane is the active one: whether its values are SUV. */
  onSuvShown: (hasSuv: boolean) => void;
  /** An image of the pane's series is on the screen. */
  onImageShown: () => void;
}

// Before the pane is there, there is no state that could be watched.
const NOTHING_YET = new StateStore();
// Cornerstone cuts planes with the graphics card alone.
const NO_PLANES = new StateStore();
NO_PLANES.set({
  problem: `Planes cannot be shown without graphics acceleration (WebGL). ${TURN_ON_WEBGL}`,
  canRetry: false,
});

/** One pane of the grid with its overlay, slider and progress. */
export function PaneFrame(props: PaneFrameProps) {
  const { isActive, isAlone, isMaximised, onActivated } = props;
  const element = useRef<HTMLDivElement>(null);
  const pane = usePane(element, props);
  const store = pane?.store ?? (isWithoutPlanes(props.pane) ? NO_PLANES : NOTHING_YET);
  const state = useSyncExternalStore(store.subscribe, store.get);
  const { error, retry } = useSeries(pane, props);
  const overlayNote = useOverlays(pane, props.overlays, props.ownSegments);
  useShown(state.isRendered, props.onImageShown);
  useUnit(isActive ? (state.perScreenPixel?.unit ?? null) : null, props.onUnitShown);
  const hasSuv = state.imageId !== null && Boolean(pane?.slices[0]?.frame.pixels.suv?.factor);
  useSuv(isActive, hasSuv, props.onSuvShown);
  const withheld = props.caption?.withheld;
  const drop = useSeriesDrop(props.onDropped);
  const names = [
    classes.pane,
    isActive && !isAlone && classes.activePane,
    isMaximised && classes.maximisedPane,
    drop.isOver && classes.dropTarget,
  ];
  return (
    <section
      className={names.filter(Boolean).join(" ")}
      aria-label={paneName(props.pane)}
      aria-current={isActive}
      data-testid={`pane-${props.pane.id}`}
      onPointerDownCapture={(event) => {
        onActivated();
        props.onPressed(event.buttons);
      }}
      onWheelCapture={onActivated}
      onDoubleClick={props.onMaximised}
      {...drop.handlers}
    >
      <div className={classes.image}>
        <div
          ref={element}
          className={classes.canvas}
          style={{ visibility: state.imageId === null || error || withheld ? "hidden" : "visible" }}
          data-testid={isActive ? "viewport" : undefined}
        />
        {props.pane.seriesInstanceUid === null && (
          <div className={classes.waiting}>Drag a series here, or click one in the list</div>
        )}
        {error && !withheld ? (
          <div className={classes.problem}>
            <ErrorNotice error={error} title="The images cannot be loaded" onRetry={retry} />
          </div>
        ) : (
          <ViewerOverlay
            state={state}
            caption={props.caption}
            hasText={props.hasText}
            slab={props.slab}
            toolNote={props.toolNote}
            note={overlayNote}
            onRetry={() => pane?.retry()}
          />
        )}
      </div>
      <SliceSlider index={state.index} count={state.count} onChange={(index) => pane?.goTo(index)} />
      <ProgressBar progress={state.progress} />
    </section>
  );
}

const PLANE_TEXT: Record<PaneView, string> = {
  STACK: "Pane",
  AXIAL: "Axial plane",
  CORONAL: "Coronal plane",
  SAGITTAL: "Sagittal plane",
};

function paneName({ id, view }: GridPane): string {
  return view === "STACK" ? `Pane ${id}` : PLANE_TEXT[view];
}

function isWithoutPlanes({ view }: Pick<GridPane, "view">): boolean {
  return view !== "STACK" && usesCpu();
}

function useShown(isRendered: boolean, onImageShown: () => void): void {
  const newest = useRef(onImageShown);
  newest.current = onImageShown;
  useEffect(() => {
    if (isRendered) newest.current();
  }, [isRendered]);
}

function useUnit(unit: "mm" | "px" | null, onUnitShown: (unit: "mm" | "px") => void): void {
  useEffect(() => {
    if (unit) onUnitShown(unit);
  }, [unit, onUnitShown]);
}

function useSuv(isActive: boolean, hasSuv: boolean, onSuvShown: (hasSuv: boolean) => void): void {
  useEffect(() => {
    if (isActive) onSuvShown(hasSuv);
  }, [isActive, hasSuv, onSuvShown]);
}

function usePane(element: RefObject<HTMLDivElement | null>, { controller, pane }: PaneFrameProps) {
  const [made, setMade] = useState<Pane | null>(null);
  const { id, view } = pane;
  useLayoutEffect(() => {
    if (!element.current || isWithoutPlanes({ view })) return;
    const added = controller.addPane(id, view, element.current);
    setMade(added);
    return () => {
      setMade(null);
      controller.removePane(added);
    };
  }, [element, controller, id, view]);
  return made;
}

/** Opens the pane's series in it, at the mark that was asked for. */
function useSeries(pane: Pane | null, props: PaneFrameProps) {
  const [error, setError] = useState<unknown>(null);
  const firstMark = useRef(props.firstMark);
  firstMark.current = props.firstMark;
  const { controller } = props;
  const { seriesInstanceUid, opening } = props.pane;
  const open = useCallback(() => {
    let isGone = false;
    const show = (series: OpenedSeries) => {
      if (isGone) return;
      const marked = firstMark.current && sliceOf(firstMark.current.geometry, series.slices);
      const look = pane ? controller.paneLooks.take(pane.id, series.seriesInstanceUid) : undefined;
      const begin = look
        ? Math.min(look.index, series.slices.length - 1)
        : firstIndex(opening, series.slices);
      void pane?.showSeries(series, marked ? series.slices.indexOf(marked) : begin, opening, look);
    };
    const fail = (failure: unknown) => {
      if (!isGone) setError(failure);
    };
    setError(null);
    if (pane && seriesInstanceUid !== null) controller.open(seriesInstanceUid).then(show, fail);
    return () => {
      isGone = true;
    };
  }, [pane, controller, seriesInstanceUid, opening]);
  useLayoutEffect(() => open(), [open]);
  return { error, retry: () => void open() };
}

function useSeriesDrop(onDropped: (seriesInstanceUid: string) => void) {
  const [isOver, setOver] = useState(false);
  const handlers = {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes(SERIES_DRAG_TYPE)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      setOver(false);
      const uid = event.dataTransfer.getData(SERIES_DRAG_TYPE);
      if (!uid) return;
      event.preventDefault();
      onDropped(uid);
    },
  };
  return { isOver, handlers };
}
