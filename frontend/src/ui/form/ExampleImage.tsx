import { createContext, useContext, useState } from "react";
import classes from "./fields.module.css";

/** The reader study whose example images are shown. */
export const ImageSource = createContext("");

/** An example image below a question: small, and as large as the form when it is pressed. */
export function ExampleImage({ sha256, text }: { sha256: string; text: string }) {
  const readerStudyId = useContext(ImageSource);
  const [isLarge, setLarge] = useState(false);
  return (
    <button
      type="button"
      className={classes.example}
      aria-expanded={isLarge}
      aria-label={`Example image: ${text}`}
      onClick={() => setLarge(!isLarge)}
    >
      <img
        className={isLarge ? classes.large : classes.small}
        src={`/api/v1/reader-studies/${readerStudyId}/schema-images/${sha256}`}
        alt={`Example for “${text}”`}
      />
    </button>
  );
}
