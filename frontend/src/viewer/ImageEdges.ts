import { type Types as CoreTypes, eventTarget } from "@cornerstonejs/core";
import { type BaseTool, Enums, state, type Types } from "@cornerstonejs/tools";
import type { MarkKind } from "@/domain/labelSchema";
import { isContour, MARK_KINDS } from "@/domain/markKinds";
import type { PatientMm, PixelPoint } from "@/domain/payload";
import { type AnnotationData, dataOf } from "./annotations";
import {
  type Extent,
  extentOfMark,
  followersOnImage,
  type ImageSize,
  isOnImage,
  onImage,
  shiftOnImage,
} from "./imageEdge";
import { toolOfKind } from "./markTools";
import type { Pane } from "./pane";
import { drawnPlane, type PatientPlane, subtract, toPatient, toPixel } from "./plane";
import type { PixelOffset } from "./toPayload";

const { Events } = Enums;

type PointerEvent = Types.EventTypes.InteractionEventType;
type Points = PointerEvent["detail"]["currentPoints"];

/** What the mouse has of a mark: one of its points, all of it, or the words beside it. */
type Grip = "POINT" | "WHOLE" | "WORDS";

interface Held {
  kind: MarkKind;
  annotation: Types.Annotation | null;
  grip: Grip;
  /** Of a mark that is moved as a whole: what it covered at first, and how far it has come since. */
  from: Extent | null;
  shift: PixelPoint;
}

/** The gestures that begin with a mark, as each of Cornerstone's annotation tools has them. */
interface MarkTool extends BaseTool {
  addNewAnnotation: (event: PointerEvent, interaction: string) => Types.Annotation;
  handleSelectedCallback: (
    event: PointerEvent,
    annotation: Types.Annotation,
    handle: Types.ToolHandle,
    interaction: string,
  ) => void;
  toolSelectedCallback: (
    event: PointerEvent,
    annotation: Types.Annotation,
    interaction: string,
    canvas: CoreTypes.Point2,
  ) => void;
  updateContourPolyline?: (
    annotation: Types.Annotation,
    line: { points: CoreTypes.Point2[] },
    viewport: CoreTypes.IViewport,
    options?: object,
  ) => void;
}

const POINTER_EVENTS = [
  Events.MOUSE_DOWN,
  Events.MOUSE_MOVE,
  Events.MOUSE_DRAG,
  Events.MOUSE_UP,
  Events.MOUSE_CLICK,
  Events.MOUSE_DOUBLE_CLICK,
  Events.TOUCH_DRAG,
  Events.TOUCH_END,
  Events.TOUCH_TAP,
];

/**
 * Keeps what is drawn and moved on its image, for every marking tool at once: where the pointer leaves the image, the
 * tool in hand is told the nearest place on it. What lies outside already stays until somebody takes hold of it.
 */
export class ImageEdges {
  private held: Held | null = null;
  private readonly panes = new Map<Element, Pane>();

  constructor(
    group: Types.IToolGroup,
    private readonly offset: PixelOffset,
  ) {
    for (const kind of MARK_KINDS) this.keep(kind, group.getToolInstance(toolOfKind(kind)) as MarkTool);
    eventTarget.addEventListener(Events.ANNOTATION_MODIFIED, this.onModified);
  }

  watch(pane: Pane): void {
    this.panes.set(pane.element, pane);
    // Before the tools, which do not listen in the capture phase.
    for (const name of POINTER_EVENTS) {
      pane.element.addEventListener(name, this.onPointer as EventListener, { capture: true });
    }
  }

  leave(pane: Pane): void {
    this.panes.delete(pane.element);
    for (const name of POINTER_EVENTS) {
      pane.element.removeEventListener(name, this.onPointer as EventListener, { capture: true });
    }
  }

  destroy(): void {
    for (const pane of [...this.panes.values()]) this.leave(pane);
    eventTarget.removeEventListener(Events.ANNOTATION_MODIFIED, this.onModified);
  }

  /** See what each gesture of a tool begins with. */
  private keep(kind: MarkKind, tool: MarkTool): void {
    const begin = tool.addNewAnnotation.bind(tool);
    tool.addNewAnnotation = (event, interaction) => {
      this.clampPointer(event);
      const annotation = begin(event, interaction);
      this.held = { kind, annotation, grip: "POINT", from: null, shift: [0, 0] };
      return annotation;
    };
    const takeHandle = tool.handleSelectedCallback.bind(tool);
    tool.handleSelectedCallback = (event, annotation, handle, interaction) => {
      const isCentre = kind === "CIRCLE" && dataOf(annotation).handles?.points?.[0] === handle;
      const grip = "worldPosition" in handle ? "WORDS" : isCentre ? "WHOLE" : "POINT";
      this.hold(kind, annotation, grip, event);
      takeHandle(event, annotation, handle, interaction);
    };
    const takeWhole = tool.toolSelectedCallback?.bind(tool);
    if (takeWhole) {
      tool.toolSelectedCallback = (event, annotation, interaction, canvas) => {
        // A freehand line is bent where it is taken, and a probe goes where the pointer goes.
        const isBent = kind === "FREEHAND" || kind === "POINT" || kind === "PROBE";
        this.hold(kind, annotation, isBent ? "POINT" : "WHOLE", event);
        takeWhole(event, annotation, interaction, canvas);
      };
    }
    if (kind === "SPLINE") this.keepCurve(tool);
  }

  /** Between two points at the edge a spline would swing out; of one whose points lie outside nothing is cut off. */
  private keepCurve(tool: MarkTool): void {
    const update = tool.updateContourPolyline?.bind(tool);
    if (!update) throw new Error("Splines of this version of Cornerstone cannot be kept on the image.");
    tool.updateContourPolyline = (annotation, line, viewport, options) => {
      const image = this.imageIn(viewport.element);
      const controls = dataOf(annotation).handles?.points ?? [];
      if (image && controls.every((point) => isOnImage(image.pixelOf(point), image.size))) {
        const points = line.points.map((point) => {
          const pixel = image.pixelOf(viewport.canvasToWorld(point));
          return isOnImage(pixel, image.size)
            ? point
            : viewport.worldToCanvas(image.worldOf(onImage(pixel, image.size)));
        });
        update(annotation, { ...line, points }, viewport, options);
      } else update(annotation, line, viewport, options);
    };
  }

  private hold(kind: MarkKind, annotation: Types.Annotation, grip: Grip, event: PointerEvent): void {
    const image = this.imageIn(event.detail.element);
    const points = image && grip === "WHOLE" ? pointsOf(kind, dataOf(annotation)).map(image.pixelOf) : null;
    const from = image && points ? extentOfMark(kind, points, image.size) : null;
    this.held = { kind, annotation, grip, from, shift: [0, 0] };
  }

  private readonly onPointer = (event: PointerEvent): void => {
    if (!state.isInteractingWithTool) this.held = null;
    if (!this.held) return;
    if (this.held.grip === "POINT") this.clampPointer(event);
    if (this.held.grip === "WHOLE") this.clampShift(event, this.held);
  };

  private clampPointer({ detail }: PointerEvent): void {
    const image = this.imageIn(detail.element);
    const pane = this.panes.get(detail.element);
    if (!image || !pane) return;
    const pixel = image.pixelOf(detail.currentPoints.world);
    if (isOnImage(pixel, image.size)) return;
    const world = image.worldOf(onImage(pixel, image.size));
    const canvas = pane.viewport.worldToCanvas(world);
    detail.currentPoints = { ...detail.currentPoints, world, canvas } as Points;
  }

  /** What is moved as a whole goes by steps: the step is cut short where it would lead out, and made up for on the way back. */
  private clampShift({ type, detail }: PointerEvent, held: Held): void {
    const image = this.imageIn(detail.element);
    const isDrag = type === Events.MOUSE_DRAG || type === Events.TOUCH_DRAG;
    if (!image || !held.from || !isDrag) return;
    const [now, then] = [detail.currentPoints, detail.startPoints].map(({ world }) => image.pixelOf(world));
    if (!now || !then) return;
    const wanted: PixelPoint = [now[0] - then[0], now[1] - then[1]];
    const shift = shiftOnImage(wanted, held.from, image.size);
    const step: PixelPoint = [shift[0] - held.shift[0], shift[1] - held.shift[1]];
    held.shift = shift;
    const world = subtract(image.worldOf(step), image.worldOf([0, 0]));
    detail.deltaPoints = { ...detail.deltaPoints, world: [...world] };
  }

  private readonly onModified = (event: Event): void => {
    const { annotation } = (event as Types.EventTypes.AnnotationModifiedEventType).detail;
    const { held } = this;
    if (held?.annotation !== annotation || held.grip !== "POINT" || !state.isInteractingWithTool) return;
    const image = [...this.panes.values()]
      .map(({ element }) => this.imageIn(element))
      .find((candidate) => candidate?.imageId === annotation.metadata?.referencedImageId);
    const { handles } = dataOf(annotation);
    if (!image || !handles?.points) return;
    const pixels = handles.points.map(image.pixelOf);
    const kept = followersOnImage(held.kind, pixels, image.size);
    handles.points = handles.points.map((point, index) => {
      const pixel = kept[index];
      return pixel && pixel !== pixels[index] ? image.worldOf(pixel) : point;
    });
  };

  /** The image in a pane, between Cornerstone's world and its own pixels; null where there is none to draw on. */
  private imageIn(element: Element): ImageInPane | null {
    const pane = this.panes.get(element);
    const imageId = pane?.viewport.getCurrentImageId();
    const slice = pane?.slices.find((candidate) => candidate.imageId === imageId);
    return slice ? imageInPane(slice.imageId, drawnPlane(slice.plane), this.offset) : null;
  }
}

interface ImageInPane {
  imageId: string;
  size: ImageSize;
  pixelOf: (world: CoreTypes.Point3) => PixelPoint;
  worldOf: (pixel: PixelPoint) => CoreTypes.Point3;
}

function imageInPane(imageId: string, plane: PatientPlane, offset: PixelOffset): ImageInPane {
  return {
    imageId,
    size: plane,
    pixelOf: ([x, y, z]) => {
      const [column, row] = toPixel(plane, [x, y, z]);
      return [column - offset, row - offset];
    },
    worldOf: ([column, row]) => {
      const [x, y, z]: PatientMm = toPatient(plane, [column + offset, row + offset]);
      return [x, y, z];
    },
  };
}

function pointsOf(kind: MarkKind, { handles, contour }: AnnotationData): CoreTypes.Point3[] {
  return [...(handles?.points ?? []), ...(isContour(kind) ? (contour?.polyline ?? []) : [])];
}
