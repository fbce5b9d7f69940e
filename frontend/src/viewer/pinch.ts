import { useEffect } from "react";
import { zoomOfPinch } from "@/domain/wheel";
import type { GridController } from "./GridController";
import { zoomAbout } from "./viewing";

// Events that say whether the key is really down; of a pinch the browser only pretends it.
const TELL_OF_CTRL = ["keydown", "keyup", "pointermove", "pointerdown"] as const;

/** Two fingers on a trackpad zoom the image below them, and the browser never zooms its page over the images. */
export function usePinch(controller: GridController | null, grid: HTMLElement | null): void {
  useEffect(() => {
    if (!controller || !grid) return;
    let isCtrlHeld = false;
    const onCtrl = (event: KeyboardEvent | PointerEvent) => {
      isCtrlHeld = event.ctrlKey;
    };
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const factor = zoomOfPinch(event, isCtrlHeld);
      if (factor === null) return;
      event.stopPropagation();
      const pane = controller.allPanes.find(({ element }) => element.contains(event.target as Node));
      if (!pane || pane.slices.length === 0) return;
      const box = pane.element.getBoundingClientRect();
      const place: [number, number] = [event.clientX - box.left, event.clientY - box.top];
      zoomAbout(pane.viewport, pane.viewport.canvasToWorld(place), factor);
    };
    const capture = { capture: true } as const;
    for (const name of TELL_OF_CTRL) window.addEventListener(name, onCtrl, capture);
    grid.addEventListener("wheel", onWheel, { ...capture, passive: false });
    return () => {
      for (const name of TELL_OF_CTRL) window.removeEventListener(name, onCtrl, capture);
      grid.removeEventListener("wheel", onWheel, capture);
    };
  }, [controller, grid]);
}
