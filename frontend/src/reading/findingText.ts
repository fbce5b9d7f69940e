import type { MarkKind } from "@/domain/labelSchema";
import type { Finding } from "@/domain/payload";

const KIND_TEXT: Record<MarkKind, string> = {
  POINT: "Point",
  LENGTH: "Length",
  RECTANGLE: "Rectangle",
  ELLIPSE: "Ellipse",
};

/** A mark's kind and size, as saved; an image without spacing has no millimetres to say. */
export function findingSize(finding: Finding): string {
  const { length_mm, width_mm, height_mm } = finding.measurements;
  const kind = KIND_TEXT[finding.geometry.kind];
  if (length_mm !== null) return `${kind} ${length_mm.toFixed(1)} mm`;
  if (width_mm !== null && height_mm !== null)
    return `${kind} ${width_mm.toFixed(1)} × ${height_mm.toFixed(1)} mm`;
  return finding.geometry.points_mm || finding.geometry.kind === "POINT"
    ? kind
    : `${kind} (no spacing: px only)`;
}
