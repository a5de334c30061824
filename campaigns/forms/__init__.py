"""What people enter about campaigns, as typed values. Saves nothing."""
