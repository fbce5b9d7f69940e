import { Badge, Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { ErrorNotice } from "@/ui/ErrorNotice";

interface DrawnAgainProps {
  /** What was drawn, as the badge names it. */
  what: "cases" | "lists";
  check: () => Promise<{ is_reproduced: boolean | null }>;
}

/** Has the server draw once more from what is stored, and says whether the same comes out. */
export function DrawnAgain({ what, check }: DrawnAgainProps) {
  const checking = useMutation({ mutationFn: check });
  if (checking.data) {
    const { is_reproduced } = checking.data;
    return (
      <Badge color={is_reproduced ? "teal" : "red"} variant="light" role="status">
        {is_reproduced ? `Drawn again: the same ${what}` : `Drawn again: other ${what}`}
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
