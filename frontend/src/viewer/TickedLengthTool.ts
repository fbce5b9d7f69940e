import type { Types as CoreTypes } from "@cornerstonejs/core";
import { annotation as annotations, drawing, LengthTool, type Types } from "@cornerstonejs/tools";
import { endTicks } from "./endTicks";

type ScreenViewport = Pick<CoreTypes.IViewport, "id" | "element" | "worldToCanvas">;

/** Cornerstone's length, with a tick across each end, as on paper: without one nobody sees where it ends on bone. */
export class TickedLengthTool extends LengthTool {
  static override toolName = LengthTool.toolName;

  constructor(...props: ConstructorParameters<typeof LengthTool>) {
    super(...props);
    const drawLines = this.renderAnnotation;
    this.renderAnnotation = (enabledElement, svg) => {
      const isDrawn = drawLines(enabledElement, svg);
      this.drawTicks(enabledElement.viewport, svg);
      return isDrawn;
    };
  }

  private drawTicks(viewport: ScreenViewport, svg: Types.SVGDrawingHelper): void {
    const all = annotations.state.getAnnotations(this.getToolName(), viewport.element);
    for (const drawn of this.filterInteractableAnnotationsForElement(viewport.element, all)) {
      const { annotationUID } = drawn;
      const [from, to] = drawn.data.handles?.points ?? [];
      if (!annotationUID || !from || !to) continue;
      if (!annotations.visibility.isAnnotationVisible(annotationUID)) continue;
      const style = this.getAnnotationStyle({
        annotation: drawn,
        styleSpecifier: this.specifierOf(drawn, viewport),
      });
      const { color, lineWidth, shadow } = style;
      for (const [index, [start, end]] of endTicks(
        viewport.worldToCanvas(from),
        viewport.worldToCanvas(to),
      ).entries()) {
        drawing.drawLine(svg, annotationUID, `tick-${index}`, start, end, {
          color,
          width: lineWidth,
          shadow,
        });
      }
    }
  }

  private specifierOf({ annotationUID }: Types.Annotation, viewport: ScreenViewport) {
    return {
      toolGroupId: this.toolGroupId,
      toolName: this.getToolName(),
      viewportId: viewport.id,
      annotationUID,
    };
  }
}
