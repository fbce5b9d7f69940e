import { Switch } from "@mantine/core";
import type { DesignFieldProps } from "./designField";

/** Whether coordinators see the readers' answers before the lock. */
export function MaskField({ design, isFrozen, onChange }: DesignFieldProps) {
  return (
    <Switch
      label="Mask answers until the lock"
      description="Coordinators see progress, times and which fields changed, but no answer and no mark, until the reader study is locked. Breaking it takes a password and a reason."
      disabled={isFrozen}
      checked={design.masked_until_lock ?? false}
      onChange={(event) => onChange({ ...design, masked_until_lock: event.currentTarget.checked })}
    />
  );
}
