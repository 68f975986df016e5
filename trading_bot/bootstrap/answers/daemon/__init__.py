"""What is asked of the daemon, whether it runs or not."""
