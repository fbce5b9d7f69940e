import { isDate } from "@/domain/answers";
import classes from "./fields.module.css";

interface DateFieldProps {
  label: string;
  value: string;
  isDisabled: boolean;
  onChange: (value: string | null) => void;
}

/** A day. */
export function DateField({ label, value, isDisabled, onChange }: DateFieldProps) {
  return (
    <input
      type="date"
      className={`${classes.number} ${classes.date}`}
      aria-label={label}
      disabled={isDisabled}
      value={value}
      onChange={({ target }) => onChange(isDate(target.value) ? target.value : null)}
    />
  );
}
