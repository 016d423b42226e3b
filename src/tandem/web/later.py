"""Answers that take seconds: worked out once beside the requests, and looked at again by the page that waits."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

T = TypeVar("T")
HELD = 32


class Later(Generic[T]):
    """One worker; at most 32 answers are kept, the oldest go first. An answer that failed raises when looked at."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="later")
        self._answers: OrderedDict[Hashable, Future[T]] = OrderedDict()
        self._lock = threading.Lock()

    def look(self, question: Hashable, work_out: Callable[[], T], patience: float = 0.1) -> T | None:
        """The answer if it is there within `patience` seconds, None while it is being worked out."""
        with self._lock:
            asked = self._answers.get(question)
            if asked is None or asked.cancelled():
                asked = self._answers[question] = self._worker.submit(work_out)
            self._answers.move_to_end(question)
            while len(self._answers) > HELD:
                self._answers.popitem(last=False)[1].cancel()
        wait((asked,), timeout=patience)
        if not asked.done() or asked.cancelled():
            return None
        try:
            return asked.result()
        except BaseException:
            # What failed is asked anew next time: the cause may be gone by then.
            with self._lock:
                self._answers.pop(question, None)
            raise

    def close(self) -> None:
        """Let the worker end; what waits is not begun."""
        self._worker.shutdown(wait=False, cancel_futures=True)
