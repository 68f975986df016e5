"""The running daemon's local socket: status, pause, resume, panic."""
