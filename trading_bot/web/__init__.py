"""Dashboard, API and metrics: reads snapshots, sends wishes of a person, never touches the state."""
