"""What the checker found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One breach of the contract: by whom, where, and what."""

    by: str
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.by}: {self.text}\n    {self.where}"


EMULATOR = "emulator"
CLIENT = "client"
COVERAGE = "coverage"
