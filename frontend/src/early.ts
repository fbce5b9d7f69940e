import "@mantine/core/styles.css";
import "@mantine/dropzone/styles.css";
import "@mantine/notifications/styles.css";
import "./ui/base.css";
import { openEarly } from "@/api/opening";
import { browserName } from "@/reading/browserName";

// The first thing that runs, and small: a case and its first image are on their way while the browser still reads the
// application, which is a hundred times larger.
const [, assignmentId] = /^\/assignments\/([0-9a-f-]{36})$/.exec(window.location.pathname) ?? [];
if (assignmentId) openEarly(assignmentId, browserName());
void import("./main");
