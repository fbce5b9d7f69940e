"""Installing, configuring, starting and stopping the processes that Overread consists of."""
