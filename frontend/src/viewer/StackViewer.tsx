import { type Ref, useEffect, useImperativeHandle, useRef, useState, useSyncExternalStore } from "react";
import type { MarkKind } from "@/domain/labelSchema";
import { startCornerstone } from "./cornerstone";
import type { DicomJson } from "./dicomJson";
import type { ViewerMark } from "./markLayer";
import { ProgressBar } from "./ProgressBar";
import { SliceSlider } from "./SliceSlider";
import { StackController, type ViewerEvents } from "./StackController";
import classes from "./StackViewer.module.css";
import { registerSeries } from "./series";
import type { FrameUrl } from "./slices";
import { exposeForTests } from "./testProbe";
import type { MouseSettings } from "./toolGroup";
import { ViewerOverlay } from "./ViewerOverlay";
import { StateStore } from "./viewerState";

/** What keys and buttons outside the image can do with it. */
export type ViewerHandle = Pick<
  StackController,
  "goTo" | "scrollBy" | "fit" | "resetWindow" | "toggleInvert" | "jumpToMark"
>;

interface StackViewerProps extends ViewerEvents {
  /** Metadata of every instance of the series to show; another array is another series. */
  instances: DicomJson[];
  frameUrl: FrameUrl;
  marks: ViewerMark[];
  areMarksVisible: boolean;
  selectedMarkId: string | null;
  tool: MarkKind | null;
  mouse: MouseSettings;
  /** Show this mark first instead of the first slice; set when a list entry of another series is chosen. */
  firstMark: ViewerMark | null;
  isTestMode: boolean;
  ref: Ref<ViewerHandle>;
}

// Before Cornerstone has started there is no controller whose state could be watched.
const NOTHING_YET = new StateStore();

/** A series as a stack, with everything a reader expects around it. */
export function StackViewer(props: StackViewerProps) {
  const element = useRef<HTMLDivElement>(null);
  const controller = useController(element, props);
  const store = controller?.store ?? NOTHING_YET;
  const state = useSyncExternalStore(store.subscribe, store.get);
  useViewerInputs(controller, props);
  useImperativeHandle(props.ref, () => handleOf(controller), [controller]);
  return (
    <div className={classes.frame} data-testid="viewer">
      <div className={classes.image}>
        <div
          ref={element}
          className={classes.canvas}
          style={{ visibility: state.imageId === null ? "hidden" : "visible" }}
          data-testid="viewport"
        />
        <ViewerOverlay state={state} onRetry={() => controller?.retry()} />
      </div>
      <SliceSlider index={state.index} count={state.count} onChange={(index) => controller?.goTo(index)} />
      <ProgressBar progress={state.progress} />
    </div>
  );
}

/** A handle that does nothing until the images are there. */
function handleOf(controller: StackController | null): ViewerHandle {
  return {
    goTo: (index) => controller?.goTo(index),
    scrollBy: (slices) => controller?.scrollBy(slices),
    fit: () => controller?.fit(),
    resetWindow: () => controller?.resetWindow(),
    toggleInvert: () => controller?.toggleInvert(),
    jumpToMark: (mark) => controller?.jumpToMark(mark) ?? false,
  };
}

function useController(element: React.RefObject<HTMLDivElement | null>, props: StackViewerProps) {
  const [controller, setController] = useState<StackController | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  // The newest callbacks, so that a re-render of the form does not rebuild the viewport.
  const events = useRef<ViewerEvents>(props);
  events.current = props;
  const { isTestMode } = props;
  useEffect(() => {
    let isGone = false;
    let made: StackController | null = null;
    let stopExposing: (() => void) | null = null;
    const make = () => {
      if (isGone || !element.current) return;
      made = new StackController(element.current, {
        onMarkDrawn: (id, mark) => events.current.onMarkDrawn(id, mark),
        onMarkMoved: (id, mark) => events.current.onMarkMoved(id, mark),
        onMarkSelected: (id) => events.current.onMarkSelected(id),
      });
      if (isTestMode) stopExposing = exposeForTests(made);
      setController(made);
    };
    startCornerstone().then(make).catch(setFailure);
    return () => {
      isGone = true;
      stopExposing?.();
      made?.destroy();
      setController(null);
    };
  }, [element, isTestMode]);
  if (failure) throw failure;
  return controller;
}

function useViewerInputs(controller: StackController | null, props: StackViewerProps) {
  const { instances, frameUrl, marks, areMarksVisible, selectedMarkId, tool, mouse, firstMark } = props;
  const first = useRef(firstMark);
  first.current = firstMark;
  useEffect(() => {
    if (!controller) return;
    const slices = registerSeries(instances, frameUrl);
    void controller.showSeries(slices, controller.indexOfMark(first.current, slices));
  }, [controller, instances, frameUrl]);
  useEffect(() => controller?.setMarks(marks), [controller, marks]);
  useEffect(() => controller?.setMarksVisible(areMarksVisible), [controller, areMarksVisible]);
  // Marks come before the selection: a mark just loaded can be the selected one.
  useEffect(() => controller?.select(selectedMarkId), [controller, selectedMarkId]);
  useEffect(() => controller?.setTool(tool, mouse), [controller, tool, mouse]);
}
