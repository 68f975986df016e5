"""Downloads into the store: page by page, going on where an earlier one stopped."""

from trading_bot.adapters.history.download.downloader import (
    CandleFetcher,
    Fetched,
    Outcome,
    Progress,
    Wish,
    download,
)

__all__ = ["CandleFetcher", "Fetched", "Outcome", "Progress", "Wish", "download"]
