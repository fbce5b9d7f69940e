import type { KeyboardEvent, PointerEvent } from "react";
import classes from "./Viewer.module.css";

interface SliceSliderProps {
  index: number;
  count: number;
  onChange: (index: number) => void;
}

/** The position in the stack along the right edge, as wide as a scroll bar. */
export function SliceSlider({ index, count, onChange }: SliceSliderProps) {
  if (count < 2) return null;
  const last = count - 1;
  const goToPointer = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientY - box.top) / box.height, 0), 1);
    onChange(Math.round(share * last));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -count, End: count }[
      event.key
    ];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(Math.min(Math.max(index + step, 0), last));
  };
  return (
    <div
      className={classes.slider}
      role="slider"
      tabIndex={0}
      aria-label="Slice"
      aria-orientation="vertical"
      aria-valuemin={1}
      aria-valuemax={count}
      aria-valuenow={index + 1}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        goToPointer(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) goToPointer(event);
      }}
    >
      <div className={classes.thumb} style={{ top: `calc((100% - 14px) * ${index / last})` }} />
    </div>
  );
}
