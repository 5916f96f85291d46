"""What stands of a plan, how its commits are taken back file by file, and that done: for runs and for rollbacks."""
