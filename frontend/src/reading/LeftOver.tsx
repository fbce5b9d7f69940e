import { Button } from "@mantine/core";
import { useState } from "react";
import type { Read } from "@/api/reading";
import type { Me } from "@/api/types";
import { type LocalCopy, startAutosave, unsentCount } from "@/domain/autosave";
import { agreeing, counted } from "@/domain/counted";
import { saveText } from "@/ui/saveFile";
import { clockTime } from "@/ui/times";
import { forgetRead } from "./localReads";
import classes from "./ReadingRoom.module.css";
import { forgetSegments, segmentsOf } from "./segments/segmentStore";

/** A read was signed elsewhere while this browser still had unsent changes: they are no part of it, and not thrown away. */
export function LeftOver({ read, me, copy }: { read: Read; me: Me; copy: LocalCopy }) {
  const [isGone, setGone] = useState(false);
  const count = unsentCount({
    ...startAutosave(read.payload, read.revision_number, null),
    payload: copy.payload,
  });
  if (isGone || count === 0) return null;
  const since = copy.unsentSince ? ` made here since ${clockTime(copy.unsentSince)}` : " made here";
  const download = async () => {
    const segments = await segmentsOf(me.id, read.id, copy.payload);
    const text = JSON.stringify({ ...copy.payload, segments }, null, 2);
    saveText(`unsent-case-${read.position}.json`, text, "application/json");
  };
  return (
    <div className={`${classes.leftOver} ${classes.warning}`} role="alert">
      This read was signed in another window. {counted(count, "change")}
      {since} {agreeing(count, "is", "are")} no part of it.
      <Button size="compact-xs" variant="default" onClick={() => void download()}>
        Keep as file
      </Button>
      <Button
        size="compact-xs"
        variant="subtle"
        onClick={() => {
          setGone(true);
          void forgetRead(me.id, read.id);
          void forgetSegments(me.id, read.id);
        }}
      >
        Let go
      </Button>
    </div>
  );
}
