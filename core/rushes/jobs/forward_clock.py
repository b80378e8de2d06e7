"""How much of a run is spent inside neural networks."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

__all__ = ["ForwardClock"]


class ForwardClock:
    """Seconds inside `torch.nn.Module` calls while the block runs; a call inside another counts once.

    Waits for the GPU at both ends of a call, so its queue is not taken for free time. One thread only.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls = 0
        """Outermost calls."""
        self._depth = 0
        self._since = 0.0
        self._hooks: list[Any] = []

    def __enter__(self) -> ForwardClock:
        from torch.nn.modules import module

        self._hooks = [
            module.register_module_forward_pre_hook(self._begin),
            module.register_module_forward_hook(self._end, always_call=True),
        ]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks = []

    def _begin(self, module: Any, inputs: Any) -> None:
        self._depth += 1
        if self._depth == 1:
            _wait()
            self.calls += 1
            self._since = time.perf_counter()

    def _end(self, module: Any, inputs: Any, output: Any) -> None:
        self._depth -= 1
        if self._depth == 0:
            _wait()
            self.seconds += time.perf_counter() - self._since


def _wait() -> None:
    import torch

    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
