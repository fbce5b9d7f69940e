import type { Opening } from "../grid";
import { startIndex } from "../start";
import { instancesOf, type Manifest } from "./manifest";

const SOP_INSTANCE_UID = "00080018";
const INSTANCE_NUMBER = "00200013";

/**
 * Where the frame stands with which a series most likely opens, from 1; null where a mark decides. Instances are taken
 * by their number: the viewer, which knows positions, orders most series like that. A wrong guess costs one frame.
 */
export function likelyFirst(manifest: Manifest, opening: Opening | undefined): number | null {
  if (opening?.start.at === "FIRST_MARK") return null;
  let before = 0;
  const instances = instancesOf(manifest).map((instance, index) => {
    const first = before + 1;
    const count = manifest.frames[index] ?? 0;
    before += count;
    const number = Number(instance[INSTANCE_NUMBER]?.Value?.[0] ?? 0);
    return { uid: instance[SOP_INSTANCE_UID]?.Value?.[0], number, first, count };
  });
  const chosen = instances.find(({ uid }) => uid === opening?.sopInstanceUid);
  if (chosen && opening?.start.at === "FIRST") return chosen.first;
  const places = [...instances]
    .sort((one, other) => one.number - other.number)
    .flatMap(({ first, count }) => Array.from({ length: count }, (_, frame) => first + frame));
  return places[opening ? startIndex(opening.start, places.length) : 0] ?? null;
}
