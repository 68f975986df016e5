"""What a backtest's record says of its run."""


def a_run(**changes):
    """Of a backtest with every setting at its default."""
    return {
        "fidelity": "candle",
        "seed": 1,
        "stress": None,
        "accept_defects": False,
        "defects": [],
        "opening_balance": "1000000.00",
        "slippage_bps": "0.5",
        "spread_bps": "5",
        "participation": "0.1",
        "venue": {},
        "permutations": 99,
        "cuts": 20,
        "check_days": 60,
    } | changes
