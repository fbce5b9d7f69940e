import { Badge, Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { checkDraw, type Draw } from "@/api/sampling";
import { ErrorNotice } from "@/ui/ErrorNotice";
import type { PartProps } from "../parts";

/** Draws again from the stored frame, counts and seed, and says whether the same comes out. */
export function DrawCheck({ readerStudy, draw }: PartProps & { draw: Draw }) {
  const checking = useMutation({ mutationFn: () => checkDraw(readerStudy.id, draw.number) });
  if (checking.data) {
    const { is_reproduced } = checking.data;
    return (
      <Badge color={is_reproduced ? "teal" : "red"} variant="light" role="status">
        {is_reproduced ? "Drawn again: the same cases" : "Drawn again: other cases"}
      </Badge>
    );
  }
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        loading={checking.isPending}
        onClick={() => checking.mutate()}
      >
        Draw again and compare
      </Button>
      {checking.error && <ErrorNotice error={checking.error} title="It could not be drawn again" />}
    </>
  );
}
