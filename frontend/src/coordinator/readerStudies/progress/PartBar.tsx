import { Anchor, Progress, Text } from "@mantine/core";
import { Link } from "react-router";
import type { ProgressPart } from "@/api/progress";
import { percent } from "@/domain/progress";
import { protocolDay } from "@/ui/times";
import classes from "./Progress.module.css";

interface PartBarProps {
  part: ProgressPart;
  whose: string;
  /** Where its reads are listed. */
  to: string;
}

/** One session in one arm: signed, begun, and the way to its reads. */
export function PartBar({ part, whose, to }: PartBarProps) {
  const name = `Session ${part.session}, ${part.arm_name}`;
  return (
    <div className={classes.part}>
      <Anchor
        component={Link}
        to={to}
        size="xs"
        title={`Reads of ${whose}: ${name}`}
        className={classes.partName}
      >
        {part.session} · {part.arm_name}
      </Anchor>
      <Progress.Root size="md">
        <Progress.Section
          value={percent(part.signed, part.total)}
          aria-label={`${whose}, ${name}: ${part.signed} of ${part.total} signed, ${part.draft} begun`}
        />
        <Progress.Section value={percent(part.draft, part.total)} color="gray" aria-hidden />
      </Progress.Root>
      <Text size="xs" ta="right" c={part.is_overdue ? "red.4" : undefined}>
        {part.signed} / {part.total}
        {part.is_overdue && <span title={`Due ${protocolDay(part.due_on)}`}> late</span>}
      </Text>
    </div>
  );
}
