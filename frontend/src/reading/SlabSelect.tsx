import { NativeSelect } from "@mantine/core";
import type { Grid } from "@/domain/grid";
import { SLAB_MODES, SLAB_TEXT, SLAB_THICKNESSES_MM, type SlabMode } from "@/domain/slab";
import classes from "./ReadingRoom.module.css";

interface SlabSelectProps {
  grid: Grid;
  onGrid: (change: (grid: Grid) => Grid) => void;
}

/** What the planes gather, and over how many millimetres. */
export function SlabSelect({ grid: { slab }, onGrid }: SlabSelectProps) {
  const change = (select: HTMLSelectElement, part: Partial<Grid["slab"]>) => {
    onGrid((before) => ({ ...before, slab: { ...before.slab, ...part } }));
    // The arrows scroll again.
    select.blur();
  };
  return (
    <div className={classes.slab}>
      <NativeSelect
        size="xs"
        aria-label="What the planes show"
        value={slab.mode}
        onChange={(event) => change(event.currentTarget, { mode: event.currentTarget.value as SlabMode })}
        data={SLAB_MODES.map((mode) => ({ value: mode, label: SLAB_TEXT[mode] }))}
      />
      <NativeSelect
        size="xs"
        aria-label="Thickness of the slab"
        disabled={slab.mode === "THIN"}
        value={String(slab.thickness_mm)}
        onChange={(event) => change(event.currentTarget, { thickness_mm: Number(event.currentTarget.value) })}
        data={SLAB_THICKNESSES_MM.map((thickness) => ({
          value: String(thickness),
          label: `${thickness} mm`,
        }))}
      />
    </div>
  );
}
