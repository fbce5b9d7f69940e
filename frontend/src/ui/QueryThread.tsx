import { type DataQuery, EVENT_WORDS, type QueryMessage } from "@/domain/dataQueries";
import classes from "./QueryThread.module.css";
import { dateTime } from "./times";

/** What was said about a read, the oldest first. */
export function QueryThread({ query, you }: { query: DataQuery; you: QueryMessage["by"] }) {
  return (
    <ol className={classes.messages} aria-label={`Query ${query.number} about ${query.case}`}>
      {query.messages.map((message) => (
        <li key={message.id} className={classes.message} data-by={message.by}>
          <div className={classes.who}>
            {speaker(message, you)} {EVENT_WORDS[message.event]}, {dateTime(message.created_at)}
          </div>
          {message.text && <div className={classes.text}>{message.text}</div>}
        </li>
      ))}
    </ol>
  );
}

function speaker({ by, author }: QueryMessage, you: QueryMessage["by"]): string {
  if (author) return author;
  if (by === you) return "You";
  return by === "COORDINATOR" ? "The coordinator" : "The reader";
}
