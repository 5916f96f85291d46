"""What a run consists of: its books, its groups of units, their validation, its ends of phases."""
