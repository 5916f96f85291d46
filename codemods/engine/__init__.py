"""Where the pure core and the outside meet: scan, preview, apply, status, roll back. Values out; nothing is printed."""
