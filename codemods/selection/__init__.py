"""Which files a change can affect, by what files import, name in strings and read: pure."""
