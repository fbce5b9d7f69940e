import { Button, Group } from "@mantine/core";
import type { Me } from "@/api/types";
import { type Autosave, hasUnsaved } from "@/domain/autosave";
import type { Question } from "@/domain/labelSchema";
import { clockTime } from "@/ui/times";
import { EditingBanner } from "./EditingBanner";
import { MergePanel } from "./MergePanel";
import classes from "./ReadingRoom.module.css";
import { SignInAgain } from "./SignInAgain";
import type { ReadSessionHandle } from "./useReadSession";

interface BannerProps {
  handle: ReadSessionHandle;
  me: Me;
}

interface SaveBannerProps extends BannerProps {
  questions: Question[];
  isSigned: boolean;
}

/** What stands in the way of saving and what to do about it, above the form and never in front of the images. */
export function SaveBanner({ handle, me, questions, isSigned }: SaveBannerProps) {
  const { save } = handle.session;
  // A signed read has nothing left to save, but its images and the AI's result still need the session.
  if (isSigned) {
    return save.obstacle?.reason === "signed_out" ? <SignInAgain handle={handle} me={me} kept="" /> : null;
  }
  return (
    <>
      <EditingBanner handle={handle} />
      {save.conflict && (
        <MergePanel
          conflict={save.conflict}
          mine={save.payload}
          questions={questions}
          onMerged={(payload) => handle.save({ type: "merged", payload, at: new Date().toISOString() })}
        />
      )}
      <ObstacleBanner handle={handle} me={me} />
      {!handle.isKeptLocally && <StorageBanner save={save} />}
      <SetAsideBanner handle={handle} />
    </>
  );
}

function ObstacleBanner({ handle, me }: BannerProps) {
  const { obstacle } = handle.session.save;
  if (!obstacle) return null;
  const kept = handle.isKeptLocally ? "Your work is kept in this browser." : "Do not close the page.";
  switch (obstacle.reason) {
    case "signed_out":
      return <SignInAgain handle={handle} me={me} kept={kept} />;
    case "other_account":
      return (
        <div className={`${classes.banner} ${classes.warning}`} role="alert">
          Somebody else has signed in in this browser. {kept} It is sent when {me.name} is signed in again.
        </div>
      );
    case "refused":
      return (
        <div className={`${classes.banner} ${classes.warning}`} role="alert">
          The server did not take the last change: {obstacle.detail} {kept}
        </div>
      );
    case "unreachable":
      return (
        <div className={classes.banner} role="status">
          The portal cannot be reached. {kept} It is sent by itself when the portal is back.
          <Button size="compact-xs" variant="default" onClick={handle.sendNow}>
            Try now
          </Button>
        </div>
      );
  }
}

/** Without a copy in this browser only the server keeps the work; that is no reason to stop, but one to know. */
function StorageBanner({ save }: { save: Autosave }) {
  return (
    <div className={`${classes.banner} ${classes.warning}`} role="alert">
      This browser has no room to keep a copy of your work.
      {hasUnsaved(save)
        ? " Do not close the page until it says Saved."
        : " Saving to the server goes on as usual."}
    </div>
  );
}

function SetAsideBanner({ handle }: { handle: ReadSessionHandle }) {
  const { setAside } = handle.session.save;
  if (setAside.length === 0) return null;
  return (
    <div className={classes.banner} role="status">
      Kept from before a merge:
      {setAside.map(({ at }, index) => (
        <Group key={at} gap={4} wrap="nowrap">
          yours of {clockTime(at)}
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => handle.save({ type: "set_aside_restored", index, at: new Date().toISOString() })}
          >
            Bring back
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => handle.save({ type: "set_aside_dropped", index })}
          >
            Let go
          </Button>
        </Group>
      ))}
    </div>
  );
}
