"""Which faults are active now, by chance and by time; counts what was really injected."""

from collections import Counter
from random import Random

from trading_bot.domain.ist import MS_PER_SECOND


class ActiveFaults:
    """The faults of a schedule as session time passes; all of them end when everything heals."""

    def __init__(self, schedule, now_ms):
        self._schedule = schedule
        self._now_ms = now_ms
        self._random = Random(f"faults {schedule.seed}")
        self.injected = Counter()
        self._by_kind = {}
        for fault in schedule.faults:
            self._by_kind.setdefault(fault.kind, []).append(fault)

    def active(self, kind, symbol=None):
        """The fault of this kind that is active now, if any."""
        faults = self._by_kind.get(kind)
        if faults is None:
            return None
        now_ms = self._now_ms()
        if now_ms >= self._schedule.heal_ms:
            return None
        at_s = (now_ms - self._schedule.start_ms) / MS_PER_SECOND
        for fault in faults:
            if fault.at_s <= at_s < fault.until_s and symbol in (None, fault.symbol):
                return fault
        return None

    def hit(self, kind, symbol=None):
        """The active fault if it strikes this time; it counts as injected."""
        fault = self.active(kind, symbol)
        if fault is None or (fault.chance < 1 and self._random.random() >= fault.chance):
            return None
        self.injected[kind] += 1
        return fault

    def hits(self, kind, symbol=None):
        return self.hit(kind, symbol) is not None

    def disturbed(self, from_ms, kinds=None, *, least_value=None):
        """Whether any fault (of these kinds, at least as strong) was active at some time since then."""
        now_ms, start_ms, heal_ms = self._now_ms(), self._schedule.start_ms, self._schedule.heal_ms
        for fault in self._schedule.faults:
            if kinds is not None and fault.kind not in kinds:
                continue
            if least_value is not None and fault.value < least_value:
                continue
            begins_ms = start_ms + fault.at_s * MS_PER_SECOND
            ends_ms = min(heal_ms, start_ms + fault.until_s * MS_PER_SECOND)
            if begins_ms <= now_ms and ends_ms >= from_ms:
                return True
        return False

    def last_active_ms(self, kinds):
        """The newest instant at which a fault of these kinds was active; 0 when none was yet."""
        now_ms, start_ms = self._now_ms(), self._schedule.start_ms
        newest_ms = 0
        for fault in self._schedule.faults:
            begins_ms = start_ms + fault.at_s * MS_PER_SECOND
            if fault.kind in kinds and begins_ms <= now_ms:
                ends_ms = min(self._schedule.heal_ms, start_ms + fault.until_s * MS_PER_SECOND)
                newest_ms = max(newest_ms, min(now_ms, ends_ms))
        return newest_ms
