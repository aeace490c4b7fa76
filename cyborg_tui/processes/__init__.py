"""Processes as files: those that come with the app lie here, the person's own beside the config, and go first."""
