import { Anchor, Group } from "@mantine/core";
import { Link } from "react-router";

const STEPS = [
  { path: "progress", text: "See who has read what" },
  { path: "results", text: "See the results" },
  { path: "labels", text: "Download the labels" },
];

/** Where one goes on from the overview of a reader study that has been launched. */
export function NextSteps({ id }: { id: string }) {
  return (
    <Group gap="lg">
      {STEPS.map((step) => (
        <Anchor key={step.path} component={Link} to={`/reader-studies/${id}/${step.path}`} size="sm">
          {step.text}
        </Anchor>
      ))}
    </Group>
  );
}
