"""Our classifier of looks as a judge of pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from rushes.models.house.vocabulary import FIELDS
from rushes.models.store import ModelStore
from rushes.training.classifier import Classifier, load_classifier
from rushes.training.eval_measures import Bytes

__all__ = ["LookJudge", "find_judge"]

_AT_ONCE = 16


class LookJudge:
    """Reads the words of the vocabulary off pictures. See `eval_stills.Judge`."""

    def __init__(self, classifier: Classifier) -> None:
        self.classifier = classifier

    @torch.no_grad()
    def tokens(self, pictures: Sequence[Bytes]) -> list[dict[str, str]]:
        """Per picture: field → the word it is taken for."""
        out: list[dict[str, str]] = []
        for batch in _batches(pictures):
            found = {name: logits.argmax(1).tolist() for name, logits in self.classifier(batch).items()}
            out += [{name: FIELDS[name][found[name][k]] for name in found} for k in range(len(batch))]
        return out

    @torch.no_grad()
    def pooled(self, pictures: Sequence[Bytes]) -> NDArray[np.float32]:
        """(N, D) features before the heads."""
        found = [self.classifier.features(batch)[1].float().numpy() for batch in _batches(pictures)]
        return np.concatenate(found)


def _batches(pictures: Sequence[Bytes]) -> Iterator[torch.Tensor]:
    """(B, 3, H, W) in -1..1."""
    for k in range(0, len(pictures), _AT_ONCE):
        stack = np.stack(pictures[k : k + _AT_ONCE]).astype(np.float32) / 127.5 - 1.0
        yield torch.from_numpy(stack).permute(0, 3, 1, 2)


def find_judge(folder: Path | None = None) -> LookJudge:
    """The classifier in `folder`, or the one that ships. ModelError `model.missing` when there is none."""
    return LookJudge(load_classifier(folder or ModelStore().find("house_classifier", "classifier.json")))
