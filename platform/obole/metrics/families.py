"""Figures as they are kept between their counting and their showing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client.core import GaugeMetricFamily


@dataclass(frozen=True)
class Family:
    """One metric: its name, what it means, the names of its labels, and its samples.

    A sample has a word for each label, and then its value.
    """

    name: str
    meaning: str
    labels: Sequence[str]
    samples: Sequence[Sequence[Any]]

    @classmethod
    def of(
        cls, name: str, meaning: str, labels: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> Family:
        """From rows of words and a number, as a query answers them."""
        samples = [[*(str(word) for word in row[:-1]), float(row[-1])] for row in rows]
        return cls(name, meaning, list(labels), samples)

    @property
    def metric(self) -> GaugeMetricFamily:
        """As Prometheus' library writes it."""
        metric = GaugeMetricFamily(self.name, self.meaning, labels=self.labels)
        for *words, value in self.samples:
            metric.add_metric(words, value)
        return metric
