import type { Types } from "@cornerstonejs/core";
import { annotation as annotations, type Types as ToolTypes } from "@cornerstonejs/tools";
import type { MarkKind } from "@/domain/labelSchema";
import type { Geometry, PatientMm, SphereGeometry } from "@/domain/payload";
import { AI_MARK_STYLE } from "./cornerstone";
import { fromPayload, type PlacedMark } from "./fromPayload";
import type { Slice } from "./slices";
import { kindOfTool, TOOL_OF_KIND } from "./toolGroup";
import { type DrawnMark, type PixelOffset, toPayload } from "./toPayload";
import type { PaneViewport } from "./viewing";

/** A mark to show on the images; the AI's are drawn dashed and in another colour. */
export interface ViewerMark {
  id: string;
  geometry: Geometry | SphereGeometry;
  label: string;
  source: "READER" | "AI";
  /** The AI's marks always, the reader's own once they are signed. */
  isLocked: boolean;
}

/** Keeps Cornerstone's annotations equal to the marks of the read, which alone are the truth; one for all panes. */
export class MarkLayer {
  /** What is drawn for each mark, as text, to see both sides' changes. */
  private readonly shown = new Map<string, string>();
  private selectedId: string | null = null;

  constructor(
    /** A viewport that shows this slice's series. */
    private readonly viewportOf: (slice: Slice) => PaneViewport | undefined,
    private readonly render: () => void,
    private readonly offset: PixelOffset,
  ) {}

  /** Draw these marks and no others; a mark that the reader is still drawing is left alone. */
  show(marks: ViewerMark[], slices: Slice[], areVisible: boolean): void {
    const wanted = new Map(marks.map((mark) => [mark.id, mark]));
    for (const id of [...this.shown.keys()]) if (!wanted.has(id)) this.remove(id);
    for (const mark of marks) this.put(mark, slices, areVisible);
    this.select(this.selectedId);
  }

  clear(): void {
    for (const id of [...this.shown.keys()]) this.remove(id);
  }

  /** Mark one as selected; remembered for when it comes to be shown, on another series for example. */
  select(id: string | null): void {
    this.selectedId = id;
    // All at once: Cornerstone cannot deselect a single annotation that has been removed meanwhile.
    annotations.selection.deselectAnnotation();
    if (id !== null && this.shown.has(id)) annotations.selection.setAnnotationSelected(id, true);
    this.render();
  }

  /** A mark that the reader has just finished; null when it has no extent (a click where a drag was meant). */
  adopt(drawn: ToolTypes.Annotation, slices: Slice[]): DrawnMark | null {
    const read = this.read(drawn, slices);
    const id = drawn.annotationUID;
    if (!id) return null;
    if (!read || hasNoExtent(read)) {
      annotations.state.removeAnnotation(id);
      this.render();
      return null;
    }
    this.shown.set(id, drawnText(drawn));
    return read;
  }

  /** The marks whose points the reader has moved since they were last shown. */
  moved(slices: Slice[]): ({ id: string } & DrawnMark)[] {
    return [...this.shown].flatMap(([id, before]) => {
      const current = annotations.state.getAnnotation(id);
      if (!current || current.isLocked || drawnText(current) === before) return [];
      const read = this.read(current, slices);
      if (!read) return [];
      this.shown.set(id, drawnText(current));
      return [{ id, ...read }];
    });
  }

  private read(drawn: ToolTypes.Annotation, slices: Slice[]): DrawnMark | null {
    const kind = kindOfTool(drawn.metadata?.toolName ?? "");
    const slice = slices.find(({ imageId }) => imageId === drawn.metadata?.referencedImageId);
    return kind && slice ? toPayload(kind, pointsOf(drawn), slice, this.offset) : null;
  }

  private put(mark: ViewerMark, slices: Slice[], isVisible: boolean): void {
    const placed = fromPayload(mark.geometry, slices, this.offset);
    if (!placed) {
      this.remove(mark.id);
      return;
    }
    const known = annotations.state.getAnnotation(mark.id);
    if (known) this.update(known, mark, placed);
    else this.add(mark, placed);
    annotations.visibility.setAnnotationVisibility(mark.id, isVisible);
    annotations.locking.setAnnotationLocked(mark.id, mark.isLocked);
  }

  private add(mark: ViewerMark, placed: PlacedMark): void {
    const viewport = this.viewportOf(placed.slice);
    if (!viewport) return;
    const added = annotationOf(mark, placed, viewport);
    annotations.state.addAnnotation(added, viewport.element);
    if (mark.source === "AI") annotations.config.style.setAnnotationStyles(mark.id, AI_MARK_STYLE);
    this.shown.set(mark.id, drawnText(added));
  }

  private update(known: ToolTypes.Annotation, mark: ViewerMark, placed: PlacedMark): void {
    known.data.label = mark.label;
    const drawn = this.read(known, [placed.slice]);
    const isSame = drawn && JSON.stringify(drawn.geometry) === JSON.stringify(inPayloadOrder(mark.geometry));
    if (isSame || mark.source === "AI") return;
    const handles = known.data.handles;
    if (!handles) return;
    handles.points = placed.worldPoints.map((point) => [...point]);
    known.data.cachedStats = {};
    known.invalidated = true;
    this.shown.set(mark.id, drawnText(known));
  }

  /** Take away a mark that nobody wants to keep. */
  discard(id: string): void {
    this.remove(id);
    this.select(null);
  }

  private remove(id: string): void {
    this.shown.delete(id);
    if (annotations.state.getAnnotation(id)) annotations.state.removeAnnotation(id);
  }
}

function pointsOf(drawn: ToolTypes.Annotation): PatientMm[] {
  return (drawn.data.handles?.points ?? []).map(([x, y, z]) => [x, y, z]);
}

function drawnText(drawn: ToolTypes.Annotation): string {
  return JSON.stringify(pointsOf(drawn));
}

/** Key order as `toPayload` builds it, so that two geometries compare as text. */
function inPayloadOrder(geometry: Geometry | SphereGeometry): Geometry | SphereGeometry {
  if (geometry.kind === "SPHERE") return geometry;
  return {
    kind: geometry.kind,
    points_mm: geometry.points_mm,
    ...(geometry.points_px ? { points_px: geometry.points_px } : {}),
    ...(geometry.spacing_mm ? { spacing_mm: geometry.spacing_mm } : {}),
    frame_of_reference_uid: geometry.frame_of_reference_uid,
    sop_instance_uid: geometry.sop_instance_uid,
    series_instance_uid: geometry.series_instance_uid,
    frame_number: geometry.frame_number,
  };
}

// A click that trembles by a micrometre is still a click.
const LEAST_EXTENT = 1e-3;

function hasNoExtent({ geometry }: DrawnMark): boolean {
  if (geometry.kind === "POINT") return false;
  const points = geometry.points_mm ?? geometry.points_px ?? [];
  const [first, ...others] = points;
  return others.every((point) =>
    point.every((value, axis) => Math.abs(value - (first?.[axis] ?? 0)) < LEAST_EXTENT),
  );
}

function annotationOf(mark: ViewerMark, placed: PlacedMark, viewport: PaneViewport): ToolTypes.Annotation {
  const { viewPlaneNormal, viewUp } = viewport.getCamera();
  const origin = (): Types.Point3 => [0, 0, 0];
  return {
    annotationUID: mark.id,
    highlighted: false,
    invalidated: true,
    isLocked: false,
    isVisible: true,
    metadata: {
      toolName: toolNameOf(placed.kind),
      FrameOfReferenceUID: viewport.getFrameOfReferenceUID(),
      referencedImageId: placed.slice.imageId,
      ...(viewPlaneNormal ? { viewPlaneNormal } : {}),
      ...(viewUp ? { viewUp } : {}),
    },
    data: {
      label: mark.label,
      cachedStats: {},
      handles: {
        points: placed.worldPoints.map((point): Types.Point3 => [...point]),
        activeHandleIndex: null,
        textBox: {
          hasMoved: false,
          worldPosition: origin(),
          worldBoundingBox: {
            topLeft: origin(),
            topRight: origin(),
            bottomLeft: origin(),
            bottomRight: origin(),
          },
        },
      },
    },
  };
}

function toolNameOf(kind: MarkKind): string {
  return TOOL_OF_KIND[kind];
}
