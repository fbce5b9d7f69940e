import { useId, useState } from "react";
import { isWithin, unitText } from "@/domain/answers";
import type { NumberQuestion } from "@/domain/labelSchema";
import classes from "./fields.module.css";

interface NumberFieldProps {
  label: string;
  question: NumberQuestion;
  value: number | null;
  isDisabled: boolean;
  onChange: (value: number | null) => void;
}

/** A number with its unit. What is out of range is no answer, and says so while it stands there. */
export function NumberField({ label, question, value, isDisabled, onChange }: NumberFieldProps) {
  const hintId = useId();
  // What is being typed, such as "12." or a number out of range, is not always an answer.
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed !== null && numberIn(question, typed) === value ? typed : (value ?? "").toString();
  const isFaulty = shown !== "" && value === null;
  const range = rangeText(question);
  return (
    <div className={classes.numeric}>
      <input
        className={classes.number}
        aria-label={label}
        aria-describedby={hintId}
        aria-invalid={isFaulty}
        inputMode="decimal"
        autoComplete="off"
        disabled={isDisabled}
        value={shown}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange(numberIn(question, event.target.value));
        }}
      />
      <span className={classes.unit}>{unitText(question)}</span>
      <span id={hintId} className={isFaulty ? classes.fault : classes.range}>
        {isFaulty ? `Not taken: ${range || "type a number"}` : range}
      </span>
    </div>
  );
}

/** Both decimal signs are understood; no thousands are separated. */
function numberIn(question: NumberQuestion, typed: string): number | null {
  const text = typed.trim().replace(",", ".");
  if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(text)) return null;
  const number = Number(text);
  return isWithin(question, number) ? number : null;
}

function rangeText({ minimum, maximum, step }: NumberQuestion): string {
  const low = typeof minimum === "number" ? minimum : null;
  const high = typeof maximum === "number" ? maximum : null;
  const parts = [
    low !== null && high !== null && `${low} to ${high}`,
    low !== null && high === null && `at least ${low}`,
    low === null && high !== null && `at most ${high}`,
    typeof step === "number" && `in steps of ${step}`,
  ];
  return parts.filter(Boolean).join(", ");
}
