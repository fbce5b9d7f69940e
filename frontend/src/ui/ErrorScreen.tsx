import { useRouteError } from "react-router";
import { ErrorNotice } from "./ErrorNotice";

/** What a screen that broke leaves behind: never blank, and always a way on. */
export function ErrorScreen() {
  const error = useRouteError();
  return (
    <div style={{ maxWidth: 640, margin: "4rem auto" }}>
      <ErrorNotice error={error} onRetry={() => window.location.reload()} />
    </div>
  );
}
