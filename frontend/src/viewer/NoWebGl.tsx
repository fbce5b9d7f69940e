import classes from "./Viewer.module.css";

/** What the reader can do about it. */
export const TURN_ON_WEBGL = "Turn it on in the settings of the browser, or read on another computer.";

/** Said below the images for as long as it is so: everything else works, more slowly. */
export function NoWebGl() {
  return (
    <div className={classes.noWebGl} role="status">
      This browser offers no graphics acceleration (WebGL): the processor draws the images, more slowly, and
      planes and segments cannot be shown. Everything else works. {TURN_ON_WEBGL}
    </div>
  );
}
