import { Button } from "@mantine/core";
import { hasUnsaved } from "@/domain/autosave";
import { clockTime } from "@/ui/times";
import classes from "./ReadingRoom.module.css";
import { useHandedOverCount } from "./useHandedOver";
import type { ReadSessionHandle } from "./useReadSession";

/** Says that the read is edited in another window, and lets the reader take over. */
export function EditingBanner({ handle }: { handle: ReadSessionHandle }) {
  const { editing, takeOver } = handle;
  const handedOver = useHandedOverCount();
  if (editing.is !== "elsewhere") return null;
  const isOwnWorkLeft = editing.where === "device" && hasUnsaved(handle.session.save);
  return (
    <div className={`${classes.banner} ${classes.warning}`} role="alert" data-testid="read-only">
      {editing.where === "browser"
        ? "This read is open in another window of this browser. It is read-only here."
        : `This read is edited on another device${editing.since ? ` since ${clockTime(editing.since)}` : ""}. It is read-only here.`}
      {handedOver > 0 &&
        ` ${handedOver === 1 ? "1 change" : `${handedOver} changes`} of the image window wait here; take over to keep them.`}
      {isOwnWorkLeft && " Your unsent changes are kept; take over to merge them."}
      <Button size="compact-xs" onClick={takeOver}>
        Take over here
      </Button>
    </div>
  );
}
