import type { KeyboardEvent, PointerEvent } from "react";
import { CONFIDENCE_MAXIMUM } from "@/domain/answers";
import classes from "./fields.module.css";

interface ConfidenceFieldProps {
  label: string;
  value: number | null;
  isDisabled: boolean;
  onChange: (value: number | null) => void;
}

const STEPS: Record<string, number> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
};
// Only for the first press of an arrow key: until then there is no value at all, so none can be left standing.
const KEYBOARD_START = 50;

const within = (value: number) => Math.min(Math.max(Math.round(value), 0), CONFIDENCE_MAXIMUM);

/** 0 to 100 without a default: no thumb until the reader has set one. */
export function ConfidenceField({ label, value, isDisabled, onChange }: ConfidenceFieldProps) {
  const fromPointer = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    onChange(within(((event.clientX - box.left) / box.width) * CONFIDENCE_MAXIMUM));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keyedValue(event.key, value);
    if (next === null || isDisabled) return;
    event.preventDefault();
    onChange(next);
  };
  return (
    <div className={classes.confidence}>
      <div
        className={classes.track}
        role="slider"
        tabIndex={isDisabled ? -1 : 0}
        aria-label={label}
        aria-disabled={isDisabled}
        aria-valuemin={0}
        aria-valuemax={CONFIDENCE_MAXIMUM}
        aria-valuenow={value ?? 0}
        aria-valuetext={value === null ? "not set" : String(value)}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (isDisabled) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          fromPointer(event);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) fromPointer(event);
        }}
      >
        <div className={classes.rail}>
          {value !== null && <div className={classes.filled} style={{ width: `${value}%` }} />}
        </div>
        {value === null ? (
          <span className={classes.unset}>not set</span>
        ) : (
          <div className={classes.thumb} style={{ left: `${value}%` }} />
        )}
      </div>
      <input
        className={classes.number}
        aria-label={`${label}, as a number`}
        inputMode="numeric"
        placeholder="0–100"
        disabled={isDisabled}
        value={value ?? ""}
        onChange={(event) => onChange(typedValue(event.target.value, value))}
      />
    </div>
  );
}

function keyedValue(key: string, value: number | null): number | null {
  if (key === "Home") return 0;
  if (key === "End") return CONFIDENCE_MAXIMUM;
  const step = STEPS[key];
  if (step === undefined) return null;
  return value === null ? KEYBOARD_START : within(value + step);
}

function typedValue(text: string, before: number | null): number | null {
  if (text === "") return null;
  return /^\d{1,3}$/.test(text) && Number(text) <= CONFIDENCE_MAXIMUM ? Number(text) : before;
}
