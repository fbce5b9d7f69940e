import { Button } from "@mantine/core";
import classes from "./ReadingRoom.module.css";

/** In the images' place while they stand in a window of their own. */
export function ImagesElsewhere({ onBringBack }: { onBringBack: () => void }) {
  return (
    <section className={classes.elsewhere} aria-label="Images">
      <p>The images are in their own window, in step with this form.</p>
      <Button variant="default" onClick={onBringBack}>
        Bring the images back here
      </Button>
    </section>
  );
}
