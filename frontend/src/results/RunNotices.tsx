import { Alert, List } from "@mantine/core";
import type { AnalysisRun } from "@/api/analysis";

/** What stands above a result: that no plan fixed it beforehand, and what has come to be known since it was computed. */
export function RunNotices({ run }: { run: AnalysisRun }) {
  return (
    <>
      {run.notices.length > 0 && (
        <Alert variant="light" color="orange" role="status" title="Known since this result was computed">
          <List size="sm">
            {run.notices.map((notice) => (
              <List.Item key={notice}>{notice}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {run.is_exploratory && (
        <Alert variant="light" color="grape" title="Exploratory">
          No plan fixed beforehand what this result compares: it describes, and its p values are no tests of a
          hypothesis.
        </Alert>
      )}
    </>
  );
}
