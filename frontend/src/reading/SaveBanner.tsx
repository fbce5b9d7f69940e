import { Anchor, Button, Group } from "@mantine/core";
import { signInUrl } from "@/api/send";
import type { Autosave } from "@/domain/autosave";
import classes from "./ReadingRoom.module.css";

interface SaveBannerProps {
  save: Autosave;
  isKeptLocally: boolean;
  onTakeTheirs: () => void;
  onKeepMine: () => void;
  onRestoreSetAside: () => void;
}

/** What stands in the way of saving and what to do about it, above the form and never in front of the images. */
export function SaveBanner(props: SaveBannerProps) {
  const { save } = props;
  if (save.conflict) return <ConflictBanner {...props} />;
  if (save.setAside) {
    return (
      <div className={classes.banner} role="status">
        You took the version from the server. Yours is kept.
        <Button size="compact-xs" variant="default" onClick={props.onRestoreSetAside}>
          Bring mine back
        </Button>
      </div>
    );
  }
  return <ObstacleBanner {...props} />;
}

function ConflictBanner({ save, onTakeTheirs, onKeepMine }: SaveBannerProps) {
  return (
    <div className={`${classes.banner} ${classes.warning}`} role="alert">
      This read was changed in another window (revision {save.conflict?.revision}). Nothing of yours is lost;
      choose which version goes on.
      <Group gap="xs">
        <Button size="compact-xs" onClick={onKeepMine}>
          Go on with mine
        </Button>
        <Button size="compact-xs" variant="default" onClick={onTakeTheirs}>
          Load the other
        </Button>
      </Group>
    </div>
  );
}

function ObstacleBanner({ save, isKeptLocally }: SaveBannerProps) {
  const { obstacle } = save;
  if (!obstacle) return null;
  const kept = isKeptLocally
    ? "Your work is kept in this browser."
    : "This browser cannot keep a copy: do not close the page.";
  if (obstacle.reason === "signed_out") {
    return (
      <div className={`${classes.banner} ${classes.warning}`} role="alert">
        You are signed out. {kept} <Anchor href={signInUrl()}>Sign in and go on</Anchor>
      </div>
    );
  }
  if (obstacle.reason === "refused") {
    return (
      <div className={`${classes.banner} ${classes.warning}`} role="alert">
        The server did not take the last change: {obstacle.detail} {kept}
      </div>
    );
  }
  return (
    <div className={`${classes.banner} ${isKeptLocally ? "" : classes.warning}`} role="status">
      The portal cannot be reached. {kept} It is sent by itself when the portal is back.
    </div>
  );
}
