import type { MarkKind } from "@/domain/labelSchema";
import type { Mark } from "@/domain/payload";

const KIND_TEXT: Record<MarkKind, string> = {
  POINT: "Point",
  LENGTH: "Length",
  RECTANGLE: "Rectangle",
  ELLIPSE: "Ellipse",
};

/** A mark's kind and size, as saved; an image without spacing has no millimetres to say. */
export function markSize(mark: Mark): string {
  const { length_mm, width_mm, height_mm } = mark.measurements;
  const kind = KIND_TEXT[mark.geometry.kind];
  if (length_mm !== undefined) return `${kind} ${length_mm.toFixed(1)} mm`;
  if (width_mm !== undefined && height_mm !== undefined)
    return `${kind} ${width_mm.toFixed(1)} × ${height_mm.toFixed(1)} mm`;
  return mark.geometry.points_mm || mark.geometry.kind === "POINT" ? kind : `${kind} (no spacing: px only)`;
}
