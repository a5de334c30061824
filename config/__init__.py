"""The top layer: settings, addresses, the schedule, and the pages that need every tower."""
