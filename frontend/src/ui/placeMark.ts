import type { Geometry } from "@/domain/payload";
import type { ViewerMark } from "@/viewer";

type Place = Pick<Geometry, "sop_instance_uid" | "series_instance_uid" | "frame_number">;

/** A slice as a mark to jump to. */
export function placeMark(id: string, place: Place): ViewerMark {
  const { sop_instance_uid, series_instance_uid, frame_number } = place;
  const where = { frame_of_reference_uid: null, sop_instance_uid, series_instance_uid, frame_number };
  const geometry = { kind: "POINT" as const, points_mm: null, ...where };
  return { id, geometry, label: "", source: "READER", isLocked: true };
}
