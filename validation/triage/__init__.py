"""What reading the cases that an AI flags first does to the time until a case is read: replayed, and as a queue.

Pure: from a snapshot, the times of its reads and what somebody chose, to what the page of triage shows.
"""
