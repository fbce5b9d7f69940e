import type { Types as CoreTypes } from "@cornerstonejs/core";
import { annotation as annotations, type BaseTool, drawing, type Types } from "@cornerstonejs/tools";
import type { MarkKind } from "@/domain/labelSchema";
import { isContour, MARK_KINDS } from "@/domain/markKinds";
import { type AnnotationData, dataOf } from "./annotations";
import { toolOfKind } from "./markTools";
import {
  boxOfPoints,
  leaderLine,
  type Outline,
  placeOfWords,
  type ScreenBox,
  type ScreenPoint,
} from "./wordsPlace";

type Viewport = CoreTypes.IEnabledElement["viewport"];
type Drawing = Types.SVGDrawingHelper;

interface WordsOptions {
  enabledElement: CoreTypes.IEnabledElement;
  svgDrawingHelper: Drawing;
  annotation: Types.Annotation;
  styleSpecifier: StyleSpecifier;
  textLines: string[];
  canvasCoordinates: CoreTypes.Point2[];
  textBoxUID?: string;
}

interface StyleSpecifier {
  toolGroupId: string;
  toolName: string;
  viewportId: string;
  annotationUID: string;
}

/** Cornerstone's annotation tools, as far as they write words beside marks. */
export type WordyTool = BaseTool & {
  configuration: { getTextLines: (data: unknown, targetId: string | string[]) => string[] | undefined };
  renderAnnotation?: (element: CoreTypes.IEnabledElement, svg: Drawing) => boolean;
  renderLinkedTextBoxAnnotation?: (options: WordsOptions) => boolean;
  getLinkedTextBoxStyle?: (specifier: StyleSpecifier, annotation: Types.Annotation) => WordsStyle;
};

interface WordsStyle {
  visibility: boolean;
  fontFamily: string;
  fontSize: string;
  textBoxMargin?: number;
  [name: string]: unknown;
}

interface TextBox {
  hasMoved: boolean;
  worldPosition: CoreTypes.Point3;
  worldBoundingBox: Record<"topLeft" | "topRight" | "bottomLeft" | "bottomRight", CoreTypes.Point3>;
}

/** What has been drawn in one pane since its drawing began: each drawing has a helper of its own. */
interface Drawn {
  taken: ScreenBox[];
  outlines: Map<string, Outline>;
}
const DRAWN = new WeakMap<Drawing, Drawn>();

// How far Cornerstone writes words from the place that it is told, once the reader has moved them.
const CORNERSTONES_PADDING_PX = 25;

/** Let a tool write words near their mark, not over it and not over other words, and join them to it by a line. */
export function placeWords(kind: MarkKind, tool: WordyTool): void {
  if (kind === "POINT" || kind === "PROBE") writeBesidePoints(tool);
  const writeMoved = tool.renderLinkedTextBoxAnnotation?.bind(tool);
  tool.renderLinkedTextBoxAnnotation = (options) => {
    const isMoved = textBoxOf(options.annotation)?.hasMoved ?? false;
    // Where the reader has put them they stay.
    return isMoved && writeMoved ? writeMoved(options) : write(kind, tool, options);
  };
}

/** Cornerstone writes beside a point without a line to it; its words are kept back and written here. */
function writeBesidePoints(tool: WordyTool): void {
  const { getTextLines } = tool.configuration;
  const waiting = new Map<unknown, string[]>();
  tool.configuration.getTextLines = (data, targetId) => {
    waiting.set(data, getTextLines(data, targetId) ?? []);
    return undefined;
  };
  const drawPoints = tool.renderAnnotation;
  tool.renderAnnotation = (enabledElement, svgDrawingHelper) => {
    const isDrawn = drawPoints?.call(tool, enabledElement, svgDrawingHelper) ?? false;
    const { viewport } = enabledElement;
    for (const annotation of annotations.state.getAnnotations(tool.getToolName(), viewport.element)) {
      const textLines = waiting.get(annotation.data);
      const { annotationUID } = annotation;
      if (!textLines || !annotationUID) continue;
      const styleSpecifier = {
        toolGroupId: tool.toolGroupId,
        toolName: tool.getToolName(),
        viewportId: viewport.id,
        annotationUID,
      };
      const options = { enabledElement, svgDrawingHelper, annotation, styleSpecifier, textLines };
      tool.renderLinkedTextBoxAnnotation?.({ ...options, canvasCoordinates: [] });
    }
    waiting.clear();
    return isDrawn;
  };
}

function write(kind: MarkKind, tool: WordyTool, options: WordsOptions): boolean {
  const { enabledElement, svgDrawingHelper: svg, annotation, styleSpecifier, textLines } = options;
  const { viewport } = enabledElement;
  const { annotationUID } = annotation;
  const style = tool.getLinkedTextBoxStyle?.(styleSpecifier, annotation);
  const own = outlineOf(kind, dataOf(annotation), viewport);
  if (!style?.visibility || !own || !annotationUID || textLines.length === 0) return false;
  const drawn = drawnIn(svg, viewport);
  const others = [...drawn.outlines].flatMap(([id, outline]) => (id === annotationUID ? [] : [outline]));
  const { clientWidth: width, clientHeight: height } = viewport.element;
  const pane = { width, height };
  const place = placeOfWords(own, sizeOfWords(textLines, style), { pane, taken: drawn.taken, others });
  const id = options.textBoxUID ?? "1";
  const position: CoreTypes.Point2 = [place.left, place.top];
  const written = drawing.drawTextBox(svg, annotationUID, id, textLines, position, { ...style, padding: 0 });
  const box = { left: written.x, top: written.y, width: written.width, height: written.height };
  drawn.taken.push(place);
  const [from, to] = leaderLine(own, box);
  drawing.drawLine(svg, annotationUID, `link-${id}`, [...from], [...to], style);
  Object.assign(annotation.data.handles ?? {}, { textBox: textBoxAt(box, viewport) });
  return true;
}

/** Where the words stand for the mouse, which may take and move them. */
function textBoxAt({ left, top, width, height }: ScreenBox, viewport: Viewport): TextBox {
  const at = (x: number, y: number) => viewport.canvasToWorld([x, y]);
  return {
    hasMoved: false,
    worldPosition: at(left - CORNERSTONES_PADDING_PX, top - CORNERSTONES_PADDING_PX),
    worldBoundingBox: {
      topLeft: at(left, top),
      topRight: at(left + width, top),
      bottomLeft: at(left, top + height),
      bottomRight: at(left + width, top + height),
    },
  };
}

function textBoxOf({ data }: Types.Annotation): TextBox | undefined {
  return data.handles?.textBox as TextBox | undefined;
}

/** The marks on the image in a pane, and the words that stand there before any is written: those the reader has moved. */
function drawnIn(svg: Drawing, viewport: Viewport): Drawn {
  const known = DRAWN.get(svg);
  if (known) return known;
  const drawn: Drawn = { taken: [], outlines: new Map() };
  for (const kind of MARK_KINDS) {
    for (const [id, one] of visibleOnImage(kind, viewport)) {
      const outline = outlineOf(kind, dataOf(one), viewport);
      if (outline) drawn.outlines.set(id, outline);
      const box = textBoxOf(one);
      if (box?.hasMoved) drawn.taken.push(movedBox(box, viewport));
    }
  }
  DRAWN.set(svg, drawn);
  return drawn;
}

function visibleOnImage(kind: MarkKind, viewport: Viewport): [string, Types.Annotation][] {
  const imageId = (viewport as CoreTypes.IStackViewport).getCurrentImageId?.();
  return annotations.state.getAnnotations(toolOfKind(kind), viewport.element).flatMap((one) => {
    const { annotationUID: id, metadata } = one;
    const isSeen = id && metadata?.referencedImageId === imageId;
    return isSeen && annotations.visibility.isAnnotationVisible(id)
      ? [[id, one] satisfies [string, Types.Annotation]]
      : [];
  });
}

function movedBox({ worldBoundingBox }: TextBox, viewport: Viewport): ScreenBox {
  const { topLeft, bottomRight } = worldBoundingBox;
  return boxOfPoints([viewport.worldToCanvas(topLeft), viewport.worldToCanvas(bottomRight)]);
}

// Half the cross or ring that stands for a point.
const POINT_REACH_PX = 6;
// Of a contour so many points say where it reaches.
const MOST_POINTS = 64;

/** What is seen of a mark in a pane; null while it has no points yet. */
function outlineOf(kind: MarkKind, data: AnnotationData, viewport: Viewport): Outline | null {
  const all = (isContour(kind) ? data.contour?.polyline : data.handles?.points) ?? [];
  const step = Math.ceil(all.length / MOST_POINTS);
  const points = all
    .filter((_, index) => index % step === 0)
    .map((point): ScreenPoint => viewport.worldToCanvas(point));
  const [first, second] = points;
  if (!first) return null;
  if (kind === "POINT" || kind === "PROBE") return roundArea(around(first, POINT_REACH_PX));
  if (kind === "CIRCLE" && second) {
    return roundArea(around(first, Math.hypot(second[0] - first[0], second[1] - first[1])));
  }
  if (kind === "ELLIPSE") return roundArea(boxOfPoints(points));
  const pairs = LINES[kind];
  if (!pairs) return { lines: [], area: boxOfPoints(points) };
  // A mark that is being drawn has not all of its points yet.
  const at = (index: number) => points[index] ?? first;
  return { lines: pairs.map(([from, to]) => [at(from), at(to)]), area: null };
}

/** Marks that are made of lines, from point to point; the others enclose an area. */
const LINES: Partial<Record<MarkKind, [number, number][]>> = {
  LENGTH: [[0, 1]],
  ARROW: [[0, 1]],
  ANGLE: [
    [0, 1],
    [1, 2],
  ],
  COBB: [
    [0, 1],
    [2, 3],
  ],
  BIDIRECTIONAL: [
    [0, 1],
    [2, 3],
  ],
};

function roundArea(area: ScreenBox): Outline {
  return { lines: [], area, isRound: true };
}

function around([x, y]: ScreenPoint, reach: number): ScreenBox {
  return { left: x - reach, top: y - reach, width: 2 * reach, height: 2 * reach };
}

const LINE_HEIGHT_EM = 1.2;
// The lowest letters reach below the last line, and Cornerstone rounds up.
const SLACK_PX = 6;
let pen: CanvasRenderingContext2D | null = null;

/** How much room words take before they are written. */
function sizeOfWords(lines: string[], { fontFamily, fontSize, textBoxMargin = 0 }: WordsStyle) {
  pen ??= document.createElement("canvas").getContext("2d");
  const size_px = Number.parseFloat(fontSize);
  if (pen) pen.font = `${fontSize} ${fontFamily}`;
  const widths = lines.map((line) => pen?.measureText(line).width ?? (line.length * size_px) / 2);
  return {
    width: Math.ceil(Math.max(...widths)) + 2 * textBoxMargin + SLACK_PX,
    height: Math.ceil(lines.length * LINE_HEIGHT_EM * size_px) + 2 * textBoxMargin + SLACK_PX,
  };
}
