import { Button } from "@mantine/core";
import classes from "./ReadingRoom.module.css";

/** Above the form while the images stand in a window of their own. */
export function ImagesElsewhere({ onBringBack }: { onBringBack: () => void }) {
  return (
    <section className={classes.elsewhere} aria-label="Images">
      <p>The images are in their own window, in step with this form.</p>
      <Button variant="default" size="compact-sm" onClick={onBringBack}>
        Bring the images back here
      </Button>
    </section>
  );
}
