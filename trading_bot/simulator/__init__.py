"""The pretend exchange and broker: a pure core, in process or behind Upstox's REST and WebSockets."""
