"""From a signal to a closed trade: entries, stops, exits, and who watches over them."""
