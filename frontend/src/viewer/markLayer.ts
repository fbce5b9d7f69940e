import { annotation as annotations, type Types as ToolTypes } from "@cornerstonejs/tools";
import { canonical, type Geometry, type SphereGeometry } from "@/domain/payload";
import { annotationOf, dataOf, movableText, place, shapeOf } from "./annotations";
import { depthFrom, slabOf } from "./box";
import { fromPayload, type PlacedMark } from "./fromPayload";
import { styleOf } from "./markStyles";
import { kindOfTool } from "./markTools";
import { sliceOf } from "./nearestSlice";
import { greyImageOf } from "./pixelImage";
import type { Slice } from "./slices";
import { type DrawnMark, type PixelOffset, toPayload } from "./toPayload";
import type { PaneViewport } from "./viewing";

/** A mark to show on the images. */
export interface ViewerMark {
  id: string;
  geometry: Geometry | SphereGeometry;
  /** The number of its finding, and an arrow's text. */
  label: string;
  /** Of the reader's own finding; the others have the colour of their source. */
  colour?: string;
  source: "READER" | "AI" | "PRIOR" | "REFERENCE";
  /** Of its lines, 0 to 1; missing is 1. */
  opacity?: number;
  /** Also while it is chosen: a mark of the AI that the reader has rejected. */
  isFaint?: boolean;
  /** The series it may lie on, for a mark that does not name its own: an AI's belongs to the current study. */
  seriesInstanceUids?: readonly string[];
  /** What is not the reader's own always, the reader's own once they are signed. */
  isLocked: boolean;
}

/** The slices that a mark may lie on. */
export function slicesFor({ seriesInstanceUids }: ViewerMark, slices: Slice[]): Slice[] {
  if (!seriesInstanceUids) return slices;
  return slices.filter((slice) => seriesInstanceUids.includes(slice.seriesInstanceUid));
}

/** What is known of an annotation on the screen. */
interface Shown {
  mark: ViewerMark | null;
  markId: string;
  /** What was drawn when we last looked, and the geometry that stands for it. */
  movable: string;
  geometry: string;
}

/** Keeps Cornerstone's annotations equal to the marks of the read, which alone are the truth; one for all panes. */
export class MarkLayer {
  /** By annotation; a 3D box has one on each of its slices. */
  private readonly shown = new Map<string, Shown>();
  private selectedId: string | null = null;
  /** By their data, which is all that Cornerstone tells of a mark where it asks for its words. */
  private readonly byData = new WeakMap<object, ToolTypes.Annotation>();

  constructor(
    /** A viewport that shows this slice's series. */
    private readonly viewportOf: (slice: Slice) => PaneViewport | undefined,
    private readonly render: () => void,
    private readonly offset: PixelOffset,
  ) {}

  /** Draw these marks and no others; a mark that the reader is still drawing is left alone. */
  show(marks: ViewerMark[], slices: Slice[], areVisible: boolean): void {
    const wanted = marks.flatMap((mark) => {
      const candidates = slicesFor(mark, slices);
      return fromPayload(mark.geometry, candidates, this.offset).map((placed) => ({
        id: annotationId(mark, placed, candidates),
        mark,
        placed,
      }));
    });
    const ids = new Set(wanted.map(({ id }) => id));
    for (const id of [...this.shown.keys()]) if (!ids.has(id)) this.remove(id);
    for (const { id, mark, placed } of wanted) this.put(id, mark, placed, areVisible);
    this.select(this.selectedId);
  }

  clear(): void {
    for (const id of [...this.shown.keys()]) this.remove(id);
  }

  /** Mark one as selected; remembered for when it comes to be shown, on another series for example. */
  select(markId: string | null): void {
    this.selectedId = markId;
    // All at once: Cornerstone cannot deselect a single annotation that has been removed meanwhile.
    annotations.selection.deselectAnnotation();
    for (const [id, entry] of this.shown) {
      if (markId !== null && entry.markId === markId)
        annotations.selection.setAnnotationSelected(id, true, true);
    }
    this.render();
  }

  /** The mark that an annotation stands for. */
  markIdOf(annotationId: string): string {
    return this.shown.get(annotationId)?.markId ?? annotationId;
  }

  /** Whether a mark is done, and neither chosen nor under the pointer. */
  isResting(data: object): boolean {
    const drawn = this.byData.get(data);
    const id = drawn?.annotationUID;
    return id !== undefined && !drawn?.highlighted && !annotations.selection.isAnnotationSelected(id);
  }

  /** A mark that the reader has just finished; null when it is none: a click where a drag was meant, or half an angle. */
  adopt(drawn: ToolTypes.Annotation, slices: Slice[]): DrawnMark | null {
    const read = this.read(drawn, slices, null);
    const id = drawn.annotationUID;
    if (!id) return null;
    if (!read || hasNoExtent(read)) {
      annotations.state.removeAnnotation(id);
      this.render();
      return null;
    }
    this.shown.set(id, {
      mark: null,
      markId: id,
      movable: textOf(drawn),
      geometry: canonical(read.geometry),
    });
    return read;
  }

  /** The marks whose points the reader has moved since they were last shown; those of a slice still coming wait. */
  moved(slices: Slice[], isComing: (imageId: string) => boolean): ({ id: string } & DrawnMark)[] {
    return [...this.shown].flatMap(([id, entry]) => {
      const current = annotations.state.getAnnotation(id);
      if (!current || current.isLocked || textOf(current) === entry.movable) return [];
      if (isComing(current.metadata?.referencedImageId ?? "")) return [];
      const read = this.read(current, slices, entry.mark);
      if (!read) return [];
      this.shown.set(id, { ...entry, movable: textOf(current), geometry: canonical(read.geometry) });
      return [{ id: entry.markId, ...read }];
    });
  }

  /** Whether the reader has begun a mark and not finished it. */
  get hasUnfinished(): boolean {
    return this.unfinished().length > 0;
  }

  /** Forget what the reader has begun and not finished. */
  dropUnfinished(): void {
    for (const uid of this.unfinished()) annotations.state.removeAnnotation(uid);
    this.render();
  }

  private unfinished(): string[] {
    return annotations.state.getAllAnnotations().flatMap(({ annotationUID, metadata }) => {
      const isOurs = kindOfTool(metadata?.toolName ?? "") !== undefined;
      return annotationUID && isOurs && !this.shown.has(annotationUID) ? [annotationUID] : [];
    });
  }

  private read(drawn: ToolTypes.Annotation, slices: Slice[], known: ViewerMark | null): DrawnMark | null {
    const kind = kindOfTool(drawn.metadata?.toolName ?? "");
    const slice = slices.find(({ imageId }) => imageId === drawn.metadata?.referencedImageId);
    if (!kind || !slice) return null;
    const depth = known?.geometry.kind === "BOX" ? depthFrom(known.geometry, slice) : slabOf(slice, slices);
    const surroundings = { slice, offset: this.offset, image: greyImageOf(slice), depth };
    return toPayload(kind, shapeOf(kind, dataOf(drawn)), surroundings);
  }

  private put(id: string, mark: ViewerMark, placed: PlacedMark, isVisible: boolean): void {
    const known = this.drawnOn(id, placed.slice);
    const entry = this.shown.get(id);
    const geometry = textOfGeometry(mark.geometry);
    if (!known) this.add(id, placed);
    else if (entry?.geometry !== geometry) place(known, placed);
    const drawn = known ?? annotations.state.getAnnotation(id);
    if (!drawn) return;
    const movable = entry?.geometry === geometry ? entry.movable : textOf(drawn);
    this.shown.set(id, { mark, markId: mark.id, movable, geometry });
    const data = dataOf(drawn);
    this.byData.set(data, drawn);
    data.label = mark.label;
    data.isForeign = mark.source !== "READER";
    if (mark.geometry.kind === "BOX") data.depth = depthFrom(mark.geometry, placed.slice);
    annotations.config.style.setAnnotationStyles(id, styleOf(mark));
    annotations.visibility.setAnnotationVisibility(id, isVisible && mark.opacity !== 0);
    annotations.locking.setAnnotationLocked(id, mark.isLocked);
  }

  /** What is drawn for it on this slice; a mark whose first slice is another one now is drawn anew. */
  private drawnOn(id: string, slice: Slice): ToolTypes.Annotation | undefined {
    const known = annotations.state.getAnnotation(id);
    if (!known || known.metadata?.referencedImageId === slice.imageId) return known;
    annotations.state.removeAnnotation(id);
    return undefined;
  }

  private add(id: string, placed: PlacedMark): void {
    const viewport = this.viewportOf(placed.slice);
    if (viewport) annotations.state.addAnnotation(annotationOf(id, placed, viewport), viewport.element);
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

/** The mark's own id on its own slice, so that what was just drawn is known again; others of a box add the slice. */
function annotationId(mark: ViewerMark, { slice }: PlacedMark, slices: Slice[]): string {
  if (mark.geometry.kind !== "BOX" || sliceOf(mark.geometry, slices) === slice) return mark.id;
  return `${mark.id} ${slice.sopInstanceUid} ${slice.frameNumber}`;
}

// Contours of an AI may have thousands of points, and never change.
const geometryTexts = new WeakMap<object, string>();

function textOfGeometry(geometry: ViewerMark["geometry"]): string {
  const text = geometryTexts.get(geometry) ?? canonical(geometry);
  geometryTexts.set(geometry, text);
  return text;
}

function textOf(drawn: ToolTypes.Annotation): string {
  const kind = kindOfTool(drawn.metadata?.toolName ?? "");
  return kind ? movableText(kind, drawn) : "";
}

// A click that trembles by a micrometre is still a click.
const LEAST_EXTENT = 1e-3;

function hasNoExtent({ geometry }: DrawnMark): boolean {
  if (geometry.kind === "POINT" || geometry.kind === "PROBE") return false;
  const points = geometry.points_mm ?? geometry.points_px ?? [];
  // A box without width reaches from slice to slice all the same.
  const [first, ...others] = geometry.kind === "BOX" ? points.slice(0, 3) : points;
  return others.every((point) =>
    point.every((value, axis) => Math.abs(value - (first?.[axis] ?? 0)) < LEAST_EXTENT),
  );
}
