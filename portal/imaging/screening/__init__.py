"""Judge files before they reach the archive, in a child process with hard limits."""
