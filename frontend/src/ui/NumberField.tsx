import { NumberInput, type NumberInputProps } from "@mantine/core";
import { type ClipboardEvent, useState } from "react";

interface NumberFieldProps extends Omit<NumberInputProps, "value" | "onChange" | "defaultValue"> {
  value: number | null;
  onChange: (value: number | null) => void;
}

/** A field for a number; empty is null. What is on the way to a number, such as `0.`, stays as it is typed. */
export function NumberField({ value, onChange, ...rest }: NumberFieldProps) {
  const [typed, setTyped] = useState<string | number>("");
  const change = (next: string | number) => {
    setTyped(next);
    onChange(numberOf(next));
  };
  return (
    <NumberInput
      allowedDecimalSeparators={[".", ","]}
      {...rest}
      value={numberOf(typed) === value ? typed : (value ?? "")}
      onChange={change}
      onPaste={(event) => {
        const pasted = withDecimalComma(event);
        if (pasted === null || rest.readOnly || rest.disabled) return;
        event.preventDefault();
        change(pasted);
      }}
    />
  );
}

interface FixedNumberFieldProps extends Omit<NumberFieldProps, "value" | "onChange"> {
  value: number;
  onChange: (value: number) => void;
}

/**
 * A number that there has to be, between `min` and `max`: while its field holds none, the one before stays in force,
 * and comes back when the field is left.
 */
export function FixedNumberField({ value, onChange, onBlur, ...rest }: FixedNumberFieldProps) {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = rest;
  const [refused, setRefused] = useState<{ typed: number | null } | null>(null);
  return (
    <NumberField
      {...rest}
      value={refused ? refused.typed : value}
      onChange={(typed) => {
        const isTaken = typed !== null && typed >= Number(min) && typed <= Number(max);
        setRefused(isTaken ? null : { typed });
        if (isTaken) onChange(typed);
      }}
      onBlur={(event) => {
        setRefused(null);
        onBlur?.(event);
      }}
    />
  );
}

function numberOf(typed: string | number): number | null {
  const number = typed === "" ? Number.NaN : Number(typed);
  return Number.isFinite(number) ? number : null;
}

/** A number with a decimal comma, pasted as a whole; the field by itself would drop the comma and keep the digits. */
function withDecimalComma({ clipboardData }: ClipboardEvent): number | null {
  const text = clipboardData.getData("text").trim();
  return /^[-+]?\d*,\d+$/.test(text) ? Number(text.replace(",", ".")) : null;
}
