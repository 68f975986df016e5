"""What the dashboard is given to look at, and where it is started."""
