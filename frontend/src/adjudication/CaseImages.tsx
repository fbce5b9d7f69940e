import type { Ref } from "react";
import type { ImagesOfCase } from "@/api/reading";
import type { Geometry } from "@/domain/payload";
import { type JumpsOnImages, StudyImages } from "@/ui/StudyImages";
import type { ImageOverlays, ViewerMark } from "@/viewer";

interface CaseImagesProps {
  /** The same list while the case is the same. */
  studies: ImagesOfCase[];
  marks: ViewerMark[];
  /** What the readers have painted. */
  overlays: ImageOverlays;
  areMarksVisible: boolean;
  selectedMarkId: string | null;
  /** Whether the next click adds a point. */
  isPlacing: boolean;
  onPlaced: (geometry: Geometry) => void;
  onSelected: (markId: string | null) => void;
  jumps: Ref<JumpsOnImages>;
}

/** The images of a case, hung by the built-in rules, with the marks that there are to see. */
export function CaseImages(props: CaseImagesProps) {
  const { isPlacing } = props;
  return (
    <StudyImages
      studies={props.studies}
      jumps={props.jumps}
      marks={props.marks}
      overlays={props.overlays}
      areMarksVisible={props.areMarksVisible}
      selectedMarkId={props.selectedMarkId}
      tool={isPlacing ? "POINT" : null}
      mayMark={() => isPlacing}
      onMarkDrawn={(_id, { geometry }) => props.onPlaced(geometry)}
      onMarkSelected={props.onSelected}
    />
  );
}
