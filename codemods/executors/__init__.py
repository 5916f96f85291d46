"""Where work is done beside this thread: threads, processes, a cluster. Always a `concurrent.futures.Executor`."""
