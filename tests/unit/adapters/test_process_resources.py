import asyncio
import os
import threading

from trading_bot.adapters.process_resources import resource_use


async def test_what_is_opened_and_begun_is_counted():
    before = resource_use()
    other = asyncio.create_task(asyncio.sleep(60))
    reading, writing = os.pipe()
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        after = resource_use()
    finally:
        over.set()
        thread.join()
        os.close(reading)
        os.close(writing)
        other.cancel()

    assert after.tasks - before.tasks == 1
    assert after.threads - before.threads == 1
    assert after.descriptors - before.descriptors == 2
    assert after.resident_mb is None or after.resident_mb > 10
