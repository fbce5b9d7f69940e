import { Group, Stack, TextInput } from "@mantine/core";
import { type DesignSession, numberedSessions, withSession } from "@/domain/designs";
import type { DesignFieldProps } from "./designField";
import { NumberOnBlur } from "./NumberOnBlur";

/** When each session opens and closes, and how long after the one before it. */
export function SessionFields({ design, isFrozen, onChange }: DesignFieldProps) {
  return (
    <Stack gap="xs">
      {numberedSessions(design).map(({ number, session }) => (
        <Group key={number} gap="sm" align="flex-end">
          <DayField
            number={number}
            name="opens_on"
            {...{ session, isFrozen }}
            onDay={store(number - 1, "opens_on")}
          />
          <DayField
            number={number}
            name="closes_on"
            {...{ session, isFrozen }}
            onDay={store(number - 1, "closes_on")}
          />
          {number > 1 && (
            <NumberOnBlur
              label="Washout before it, days"
              width={180}
              min={0}
              max={3650}
              value={session.washout_days}
              isDisabled={isFrozen}
              onChange={(washout_days) => onChange(withSession(design, number - 1, { washout_days }))}
            />
          )}
        </Group>
      ))}
    </Stack>
  );

  function store(index: number, name: "opens_on" | "closes_on") {
    return (day: string) => onChange(withSession(design, index, { [name]: day || null }));
  }
}

interface DayFieldProps {
  number: number;
  name: "opens_on" | "closes_on";
  session: DesignSession;
  isFrozen: boolean;
  onDay: (day: string) => void;
}

function DayField({ number, name, session, isFrozen, onDay }: DayFieldProps) {
  const stored = session[name] ?? "";
  return (
    <TextInput
      type="date"
      label={name === "opens_on" ? `Session ${number} opens on` : "and closes on"}
      w={170}
      disabled={isFrozen}
      key={stored}
      defaultValue={stored}
      onBlur={({ currentTarget: { value } }) => value !== stored && onDay(value)}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
    />
  );
}
