import { type DicomJson, itemOf } from "./dicomJson";
import { TAG } from "./tags";

/** Where an attribute of one frame stands: its own functional group, else the shared one, else the top level. */
export function groupOf(instance: DicomJson, frameIndex: number, group: string): DicomJson {
  const own = itemOf(instance, TAG.perFrameGroups, frameIndex);
  const shared = itemOf(instance, TAG.sharedGroups);
  return (own && itemOf(own, group)) ?? (shared && itemOf(shared, group)) ?? instance;
}
