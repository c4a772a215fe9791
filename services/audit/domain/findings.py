"""What a verification can find, in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "altered": (
        "{index} 番目の記録は、公開されたハッシュと一致しません(改変・挿入・削除・入れ替えのいずれか)",
        "record {index} does not hash to what its tile states: altered, or some were inserted, removed or swapped",
    ),
    "missing": ("{index} 番目以降の記録がありません", "records from {index} on are not there"),
    "surplus": ("{index} 番目に余分な記録があります", "there is a record too many at {index}"),
    "bundle-cut": ("{index} 番目の記録が途中で切れています", "record {index} is cut off"),
    "tile-missing": ("{index} 番目から始まるタイルがありません", "the tile from record {index} on is not there"),
    "tile-cut": ("{index} 番目からのハッシュが欠けています", "hashes from record {index} on are missing or cut off"),
    "record-form": ("{index} 番目の記録が正規形ではありません", "record {index} is not in canonical form"),
    "record-too-long": ("{index} 番目の記録が長すぎます", "record {index} is too long"),
    "record-unnumbered": (
        "{index} 番目の記録に発行元または連番がありません",
        "record {index} states no source or sequence",
    ),
    "repeated": (
        "{index} 番目の記録は {source} の連番 {sequence} を二重に使っています",
        "record {index} uses sequence {sequence} of {source} a second time",
    ),
    "chain-broken": (
        "{source} の連番 {sequence} で鎖が切れています({index} 番目か、同じ発行元の次の記録が改変されています)",
        "the chain of {source} breaks at sequence {sequence}: record {index}, or the next of that source, was altered",
    ),
    "records-missing": (
        "{source} の連番 {sequence} から {last} までの記録がありません",
        "records {sequence} to {last} of {source} never reached the log or were removed",
    ),
    "subtree-altered": (
        "{index} 番目から {last} 番目までの記録のどれかが、上位のハッシュと一致しません",
        "some record from {index} to {last} does not hash to what the tile above states",
    ),
    "root-differs": (
        "記録全体から求めた根のハッシュが、署名されたチェックポイントと一致しません",
        "the root derived from all records is not the one in the signed checkpoint",
    ),
    "not-extended": (
        "保管されていたチェックポイント(記録数 {size})の続きではありません",
        "the log does not extend the checkpoint of {size} records that was kept",
    ),
    "cut-off": (
        "保管されていたチェックポイント(記録数 {size})より後の記録が切り落とされています",
        "the log is not, or is shorter than, the one of {size} records whose checkpoint was kept",
    ),
    "not-witnessed": (
        "立会人 {source} による正しい連署がありません",
        "no checkpoint of this log carries a right cosignature of the witness {source}",
    ),
    "signature-wrong": (
        "チェックポイントにこの鍵による正しい署名がありません",
        "the checkpoint carries no right signature of this key",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `index` counts records of the log from 0; None where no single record can be named."""

    code: str
    index: int | None = None
    source: str = ""
    sequence: int = 0
    facts: Mapping[str, int] = field(default_factory=dict)

    @property
    def ja(self) -> str:
        """The finding in Japanese."""
        return self._sentence(0)

    @property
    def en(self) -> str:
        """The finding in English."""
        return self._sentence(1)

    def _sentence(self, language: int) -> str:
        known = {"index": self.index, "source": self.source, "sequence": self.sequence, **self.facts}
        return SENTENCES[self.code][language].format(**known)
